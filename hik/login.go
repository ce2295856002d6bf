package hik

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
	"mediapusher/internal/netway"
)

// logIn makes the one attempt that a password gets, and learns who the device is.
func (r *recorder) logIn(ctx context.Context) error {
	var info deviceInfo
	told, err := r.ask(ctx, device.OpLogin, pageDeviceInfo, "DeviceInfo", &info)
	if err != nil {
		return err
	}
	if !told {
		return r.Failure(device.OpLogin, 0, netway.Meaning{Kind: device.KindProtocol, Words: "not a Hikvision device: no ISAPI there"})
	}
	r.kind = strings.ToLower(strings.TrimSpace(info.Type))
	r.info = device.Info{
		Model: netway.Plain([]byte(info.Model)), Serial: netway.Plain([]byte(info.Serial)),
		Firmware: netway.Plain([]byte(info.Firmware + " " + info.Released)), Way: r.Way, Proven: r.Proven(),
	}
	return nil
}

// ask gets a page and decodes it. told is false where the device has no such page or gives another document. Refusals, a
// busy device and a lost connection are a *device.Error.
func (r *recorder) ask(ctx context.Context, op device.Operation, page, root string, into any) (told bool, err error) {
	answer, err := r.Get(ctx, op, page)
	if err != nil {
		return false, err
	}
	if answer.Status == http.StatusOK {
		if err := decode(answer.Body, root, into); err != nil {
			r.driver.cfg.Log.Debug("page not understood", zap.String("device", r.Target.Address()),
				zap.String("page", page), zap.Error(err))
			return false, nil
		}
		return true, nil
	}
	meaning, wait := explain(answer)
	if meaning.Kind == device.KindUnsupported && op != device.OpLogin || answer.Status == http.StatusNotFound {
		return false, nil
	}
	failure := r.Failure(op, answer.Status, meaning)
	failure.RetryAfter = wait
	return false, failure
}

// Values of userCheck and of ResponseStatus; the second is how newer firmware says notSupport besides.
const (
	lockStatusLocked = "lock"
	errorNotSupport  = "1073741825"
)

// explain says what an answer without a document means, and for how long a locked account is locked, 0 where that is not told. The
// body decides before the status, which varies with firmware: a locked address gets 401 from some and 403 from other.
func explain(answer *httpdigest.Answer) (meaning netway.Meaning, wait time.Duration) {
	var check userCheck
	if decode(answer.Body, "userCheck", &check) == nil && strings.EqualFold(strings.TrimSpace(check.LockStatus), lockStatusLocked) {
		seconds, _ := number(check.UnlockTime)
		wait = time.Duration(seconds) * time.Second
		return netway.Meaning{Kind: device.KindLocked, Words: lockedWords(wait)}, wait
	}
	if answer.Status == http.StatusUnauthorized {
		return unauthorised(answer, check), 0
	}
	words := netway.Plain(answer.Body)
	status, told := statusOf(answer)
	if told {
		words = netway.Plain([]byte(status.Text + " " + status.SubCode))
	}
	kind, prefix := device.KindProtocol, "unexpected answer"
	switch {
	case status.Code == statusDeviceBusy, passing(status.SubCode), answer.Status == http.StatusServiceUnavailable:
		kind, prefix = device.KindBusy, "the device is busy"
	case status.SubCode == "notActivated":
		kind, prefix = device.KindUnsupported, "the device was never activated: give it a password first"
	case notThere(status.SubCode), status.Error == errorNotSupport:
		kind, prefix = device.KindUnsupported, "not available on this device"
	case answer.Status == http.StatusForbidden:
		kind, prefix = device.KindAuth, "forbidden: the user has no right to this, or the account is locked"
	}
	return netway.Meaning{Kind: kind, Words: netway.Join(prefix, words)}, 0
}

func notThere(subCode string) bool {
	return subCode == "notSupport" || subCode == "methodNotAllowed" || subCode == "invalidOperation"
}

// passing tells what may be gone at the next try.
func passing(subCode string) bool {
	return subCode == "deviceBusy" || subCode == "noMemory" || subCode == "serviceUnavailable"
}

// statusOf reads the ResponseStatus of an answer; told is false where it has none.
func statusOf(answer *httpdigest.Answer) (status responseStatus, told bool) {
	if decode(answer.Body, "ResponseStatus", &status) != nil {
		return responseStatus{}, false
	}
	status.Code, status.SubCode = strings.TrimSpace(status.Code), strings.TrimSpace(status.SubCode)
	status.Error = strings.TrimSpace(status.Error)
	return status, true
}

// locked tells a challenge whose userCheck document says that the address is locked.
func locked(answer *httpdigest.Answer) bool {
	meaning, _ := explain(answer)
	return meaning.Kind == device.KindLocked
}

// unauthorised explains a 401.
func unauthorised(answer *httpdigest.Answer, check userCheck) netway.Meaning {
	if answer.Attempts == 0 && answer.Offered != "" {
		return netway.NothingUsable(answer)
	}
	words := "user or password refused"
	if left, ok := number(check.TriesLeft); ok {
		words = fmt.Sprintf("%s, %d tries left before the device locks the account", words, left)
	}
	return netway.Meaning{Kind: device.KindAuth, Words: words}
}

func lockedWords(wait time.Duration) string {
	if wait == 0 {
		return "the device has locked the account after wrong passwords"
	}
	return fmt.Sprintf("the device has locked the account after wrong passwords, for another %s", wait)
}
