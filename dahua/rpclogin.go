package dahua

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// The bounds of the interval after which a session that nobody used ends. Devices tell it in seconds, mostly 60.
const (
	defaultKeepAlive = 60 * time.Second
	minKeepAlive     = 2 * time.Second
	maxKeepAlive     = 10 * time.Minute
)

// maxLockSeconds is the ceiling for how long a device says that an account is locked.
const maxLockSeconds = 24 * 3600

// challenge is what the first step of a login asks, and what a refusal tells.
type challenge struct {
	Realm      string          `json:"realm"`
	Random     string          `json:"random"`
	Encryption string          `json:"encryption"`
	KeepAlive  json.RawMessage `json:"keepAliveInterval"`
	Tries      json.RawMessage `json:"remainLoginTimes"`
	Lock       json.RawMessage `json:"remainLockSecond"`
}

// logIn makes the two steps of a login. It sends a password only where HTTP digest has proven it, and never again once RPC2 refused it.
func (p *rpc2) logIn(ctx context.Context, op device.Operation) (*session, error) {
	r := p.recorder
	none := func(words string) error {
		return r.rpc2Failure(op, 0, netway.Meaning{Kind: device.KindUnsupported, Words: words}, errNoRPC2)
	}
	switch {
	case r.lore().noRPC2:
		return nil, none("the device has no RPC2")
	case !r.Proven():
		return nil, none("RPC2 is not asked with a password that HTTP has not proven")
	case r.driver.memory.wasRefused(r.Target):
		return nil, none("RPC2 has refused the password before")
	}
	first, err := r.post(ctx, op, pageLogin, p.loginCall("", nil, ""))
	if errors.Is(err, errNoRPC2) {
		r.learned(func(l *lore) { l.noRPC2 = true })
	}
	if err != nil {
		return nil, err
	}
	asked := first.challenge()
	switch code := first.code(); {
	case code == codeLocked || code == codeBadPassword || code == codeNotInitialised:
		return nil, p.refusal(op, first)
	case asked.Realm == "" || asked.Random == "" || len(first.Session) > maxSession:
		return nil, none("the login of RPC2 is not the one that is known")
	case asked.Encryption != "" && asked.Encryption != "Default":
		return nil, none("RPC2 asks for a login that is not known: " + netway.Plain([]byte(asked.Encryption)))
	}
	// A session whose number got lost cannot be ended, so the end of ctx does not end this at once.
	proving, cancel := outlive(ctx, freeLimit)
	defer cancel()
	second, err := r.post(proving, op, pageLogin,
		p.loginCall(loginHash(r.Target.User, r.Target.Password.Reveal(), asked), first.Session, "Default"))
	switch {
	case err != nil:
		return nil, err
	case second.refused():
		return nil, p.refusal(op, second)
	}
	one := &session{id: second.Session, keepAlive: second.challenge().interval()}
	if id := scalar(one.id); id == "" {
		one.id = first.Session
	}
	if len(one.id) > maxSession {
		return nil, none("the device gives no session")
	}
	return one, nil
}

func (p *rpc2) loginCall(hash string, in json.RawMessage, authority string) call {
	params := map[string]string{
		"userName": p.recorder.Target.User, "password": hash, "clientType": "Web3.0", "loginType": "Direct",
	}
	if authority != "" {
		params["authorityType"] = authority
	}
	return call{Method: "global.login", Params: params, ID: p.calls.Add(1), Session: in}
}

// refusal says what a refused login means. After a refused password the account is not tried again.
func (p *rpc2) refusal(op device.Operation, got reply) error {
	r, told := p.recorder, got.challenge()
	locked := seconds(told.Lock, maxLockSeconds)
	meaning, cause := netway.Meaning{Kind: device.KindBusy, Words: netway.Join("RPC2 refuses the login", got.words())}, error(nil)
	switch code := got.code(); {
	case code == codeLocked || locked > 0:
		meaning = netway.Meaning{Kind: device.KindLocked, Words: "the device has locked the account after wrong passwords"}
	case code == codeBadPassword:
		r.driver.memory.refuse(r.Target)
		meaning.Kind, cause = device.KindAuth, errNoRPC2
		meaning.Words = "RPC2 refuses the user or password"
		if tries := scalar(told.Tries); tries != "" {
			meaning.Words += fmt.Sprintf("; %s tries are left", netway.Plain([]byte(tries)))
		}
	case code == codeNotInitialised:
		meaning.Kind, cause = device.KindUnsupported, errNoRPC2
		meaning.Words = "the device is not initialised: give it a password first"
	}
	failure := r.rpc2Failure(op, got.code(), meaning, cause)
	if failure.Kind == device.KindAuth || failure.Kind == device.KindLocked {
		failure.RetryAfter = locked
	}
	return failure
}

// challenge reads the params of a login's answer, which are zero where they are not what is known.
func (r reply) challenge() challenge {
	var told challenge
	if json.Unmarshal(r.Params, &told) != nil {
		return challenge{}
	}
	return told
}

func (c challenge) interval() time.Duration {
	interval := cmp.Or(seconds(c.KeepAlive, int(maxKeepAlive.Seconds())), defaultKeepAlive)
	return max(interval, minKeepAlive)
}

// seconds reads a number of seconds up to a ceiling, 0 where there is none.
func seconds(raw json.RawMessage, ceiling int) time.Duration {
	n, err := strconv.Atoi(scalar(raw))
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return time.Duration(min(max(n, 0), ceiling)) * time.Second
}

// loginHash answers a challenge: MD5 in upper case of user, random and the MD5 of user, realm and password.
func loginHash(user, password string, asked challenge) string {
	secret := upperMD5(user + ":" + asked.Realm + ":" + password)
	return upperMD5(user + ":" + asked.Random + ":" + secret)
}

func upperMD5(text string) string {
	sum := md5.Sum([]byte(text))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
