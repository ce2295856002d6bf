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
	"sync/atomic"
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

// rpc2 is the session of a recorder, which all who hold it share. It is safe for concurrent use.
type rpc2 struct {
	recorder *recorder
	calls    atomic.Int64

	turn    chan struct{} // of capacity 1; who has put something into it may touch the fields below
	holders int
	session *session // nil where there is none
	stop    func()   // ends keeping it alive, and waits for that
}

// session is one login. It does not change.
type session struct {
	id        json.RawMessage
	keepAlive time.Duration
}

func newRPC2(r *recorder) *rpc2 { return &rpc2{recorder: r, turn: make(chan struct{}, 1)} }

// hold returns the session, which is opened for the first who holds it. Whoever has got one gives it back by release. Where the device
// has none, or none for this account, errNoRPC2 is in the error's chain.
func (p *rpc2) hold(ctx context.Context, op device.Operation) (*session, error) {
	if err := p.lock(ctx, op); err != nil {
		return nil, err
	}
	defer p.unlock()
	if p.session == nil {
		one, err := p.logIn(ctx, op)
		if err != nil {
			return nil, err
		}
		p.session = one
	}
	p.holders++
	if p.holders == 1 {
		p.stop = p.keep(ctx, op, p.session.keepAlive)
	}
	return p.session, nil
}

// renew returns the session after the one that has ended.
func (p *rpc2) renew(ctx context.Context, op device.Operation, ended *session) (*session, error) {
	if err := p.lock(ctx, op); err != nil {
		return nil, err
	}
	defer p.unlock()
	if p.session != ended {
		return p.session, nil
	}
	one, err := p.logIn(ctx, op)
	if err != nil {
		return nil, err
	}
	p.session = one
	return one, nil
}

// release logs out when nobody holds the session any more, also when ctx has ended.
func (p *rpc2) release(ctx context.Context, op device.Operation) {
	p.turn <- struct{}{}
	defer p.unlock()
	if p.holders--; p.holders > 0 {
		return
	}
	p.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeLimit)
	defer cancel()
	_, _ = p.call(ctx, op, p.session, call{Method: "global.logout"})
	p.session = nil
}

// keep keeps the session alive until the returned function is called.
func (p *rpc2) keep(ctx context.Context, op device.Operation, interval time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(interval / 2)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if p.lock(ctx, op) != nil {
				return
			}
			one := p.session
			p.unlock()
			// Who uses the session next sees when it has ended.
			_, _ = p.call(ctx, op, one, call{Method: "global.keepAlive", Params: map[string]any{
				"timeout": int(one.keepAlive.Seconds()), "active": true,
			}})
		}
	}()
	return func() { cancel(); <-done }
}

func (p *rpc2) lock(ctx context.Context, op device.Operation) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return p.recorder.TooLong(ctx, op, "waiting for a session takes too long")
	}
}

func (p *rpc2) unlock() { <-p.turn }

// call asks in a session. What the device refuses has errRefused in its chain, and errSession where the session has ended: then
// nothing was done.
func (p *rpc2) call(ctx context.Context, op device.Operation, in *session, one call) (reply, error) {
	one.ID, one.Session = p.calls.Add(1), in.id
	got, err := p.recorder.post(ctx, op, pageRPC2, one)
	if err != nil {
		return reply{}, err
	}
	var cause error
	switch code := got.code(); {
	case code == codeNoSession || code == codeBadSession:
		cause = errSession
	case got.refused():
		cause = errRefused
	default:
		return got, nil
	}
	return got, p.recorder.rpc2Failure(op, got.code(), netway.Meaning{
		Kind: device.KindProtocol, Words: netway.Join(one.Method, got.words()),
	}, cause)
}

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
	// A session whose number got lost cannot be ended, so the end of ctx does not end this.
	proving, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeLimit)
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
