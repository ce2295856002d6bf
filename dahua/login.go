package dahua

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
	"mediapusher/internal/netway"
)

// rtspMeanings are the vendor's own. A recorder that has too many users answers 403, its log then says that the number of online users
// is over the threshold.
var rtspMeanings = map[int]netway.Meaning{
	http.StatusUnauthorized: {
		Kind: device.KindAuth, Words: "RTSP refuses the user or password" + orLimit,
	},
	http.StatusForbidden: {
		Kind:  device.KindBusy,
		Words: "forbidden: the recorder has reached its limit of users or streams, or the user has no right to this channel",
	},
}

// orLimit is what 401 means besides, although the password is right.
const orLimit = "; Dahua also says so when its users or connections are used up, or while the account is locked"

// logIn makes the one attempt that a password gets, and learns who the device is.
func (r *recorder) logIn(ctx context.Context) error {
	info, err := r.ask(ctx, device.OpLogin, pageSystemInfo)
	if err != nil {
		return err
	}
	serial, kind := info["serialNumber"], info["deviceType"]
	if serial == "" && kind == "" {
		return r.Failure(device.OpLogin, 0, netway.Meaning{
			Kind: device.KindProtocol, Words: "not a Dahua device: no system information there",
		})
	}
	// On recorders deviceType may be a bare number; the model is in updateSerial then.
	model := kind
	if strings.Trim(kind, "0123456789") == "" && info["updateSerial"] != "" {
		model = info["updateSerial"]
	}
	r.info = device.Info{Model: netway.Plain([]byte(model)), Serial: netway.Plain([]byte(serial)), Way: r.Way, Proven: r.Proven()}
	return nil
}

// ask gets a page. Errors are *device.Error.
func (r *recorder) ask(ctx context.Context, op device.Operation, page string) (values, error) {
	answer, err := r.Get(ctx, op, page)
	if err != nil {
		return nil, err
	}
	if answer.Status != http.StatusOK {
		return nil, r.Failure(op, answer.Status, explain(answer))
	}
	all, err := parse(answer.Body)
	if err != nil {
		failure := r.Failure(op, 0, netway.Meaning{Kind: device.KindProtocol})
		failure.Err = err
		return nil, failure
	}
	return all, nil
}

// tell asks for a page that a device need not have or may keep from this user: then there are no values.
func (r *recorder) tell(ctx context.Context, op device.Operation, page string) (values, error) {
	all, err := r.ask(ctx, op, page)
	kind, _ := device.KindOf(err)
	if err == nil || netway.Refused(err) || kind == device.KindUnreachable {
		return all, err
	}
	return values{}, nil
}

// explain says what an answer other than 200 means. The body decides before the status: a locked address gets 401 from some firmware and
// 403 from other.
func explain(answer *httpdigest.Answer) netway.Meaning {
	words := netway.Plain(answer.Body)
	switch {
	case lockedBody(answer.Body):
		return netway.Meaning{Kind: device.KindLocked, Words: "the device has locked the account after wrong passwords: " + words}
	case answer.Status == http.StatusUnauthorized && answer.Attempts == 0 && answer.Offered != "":
		return netway.NothingUsable(answer)
	case answer.Status == http.StatusUnauthorized:
		return netway.Meaning{Kind: device.KindAuth, Words: netway.Join("user or password refused"+orLimit, words)}
	case answer.Status == http.StatusForbidden:
		return netway.Meaning{Kind: device.KindAuth, Words: netway.Join(
			"forbidden: the user has no right to this, the account is locked, or the device has too many users", words)}
	case answer.Status == http.StatusServiceUnavailable:
		return netway.Meaning{Kind: device.KindBusy, Words: netway.Join("the device is busy", words)}
	default:
		return netway.Meaning{Kind: device.KindProtocol, Words: netway.Join("unexpected answer", words)}
	}
}

func lockedBody(body []byte) bool { return bytes.Contains(bytes.ToLower(body), []byte("locked")) }

func authorityFailed(body []byte) bool {
	body = bytes.ToLower(body)
	return bytes.Contains(body, []byte("authority")) && bytes.Contains(body, []byte("check"))
}

// done reads an answer that says "OK" and nothing else.
func (r *recorder) done(op device.Operation, answer *httpdigest.Answer) error {
	if answer.Status != http.StatusOK {
		return r.Failure(op, answer.Status, explain(answer))
	}
	body := bytes.TrimSpace(answer.Body)
	if len(body) == 0 || bytes.HasPrefix(body, []byte("OK")) {
		return nil
	}
	failure := r.Failure(op, 0, netway.Meaning{Kind: device.KindProtocol, Words: netway.Plain(body)})
	if bytes.HasPrefix(body, []byte("Error")) {
		failure.Err = errRefused
	}
	return failure
}

// unsupported is the error for what the device does not do at all; the refusal that says so is named within it.
func (r *recorder) unsupported(op device.Operation, words string, refusal error) error {
	failure := r.Failure(op, 0, netway.Meaning{Kind: device.KindUnsupported, Words: words})
	failure.Err = refusal
	var said *device.Error
	if errors.As(refusal, &said) { // its vendor, address and step are this one's
		failure.Code, failure.Meaning, failure.Err = said.Code, netway.Join(words, said.Meaning), said.Err
	}
	return failure
}
