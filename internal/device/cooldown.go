package device

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// account is a user at a recorder. Recorders count bad logins for it whatever the way in, and lock it for half an hour after a few
// (Hikvision after 5 to 7), so everybody who asks for it shares one cool-down.
type account struct {
	recorder recorder
	user     string
}

func accountOf(t Target) account { return account{recorderOf(t), t.User} }

const (
	// maxRefused is how many different passwords of an account may be refused within a cool-down before nobody is tried any more: an
	// operator corrects a typing error or two, a stranger guesses, and recorders lock the account after 5 to 7.
	maxRefused = 3
	// maxAccounts is the ceiling for remembered accounts. Beyond it the ones without a refusal are forgotten first.
	maxAccounts = 4096
	// proofLasts is how long a login proves the password. Within it others log in side by side; later, after a reboot or a change of
	// the password, one goes first, so that not every channel's attempt counts towards the lock.
	proofLasts = time.Minute
)

// coolDown remembers refusals. It is safe for concurrent use.
type coolDown struct {
	rest       func() time.Duration // after a refused password
	lockedRest time.Duration        // after a lock of unknown length
	now        func() time.Time

	mu       sync.Mutex
	accounts map[account]*record
}

// record is what is known about one account.
type record struct {
	refused []refusal
	locked  refusal // its until is zero where the account is not locked
	worked  Secret
	proof   time.Time // when worked did, zero for never
	turn    chan struct{}
	users   int // callers between turn and note; a record in use is not forgotten
}

type refusal struct {
	password Secret
	until    time.Time
	words    *Error
}

// check tells whether the password may be tried now; the answer is an *Error of KindLocked where it may not.
func (c *coolDown) check(a account, password Secret) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.accounts[a]
	if r == nil {
		return nil
	}
	now := c.now()
	r.expire(now)
	if r.locked.words != nil {
		return r.locked.resting(now, lockedAccount)
	}
	for _, refused := range r.refused {
		if refused.password == password {
			return refused.resting(now, "this password was refused")
		}
	}
	if len(r.refused) >= maxRefused && (r.proof.IsZero() || r.worked != password) {
		return r.refused[0].resting(now, fmt.Sprintf("%d different passwords were refused", len(r.refused)))
	}
	return nil
}

// relent ends the rests of all accounts. What has worked is remembered.
func (c *coolDown) relent() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.accounts {
		r.refused, r.locked = nil, refusal{}
	}
}

// proven tells whether the password has worked a short while ago and was not refused since.
func (c *coolDown) proven(a account, password Secret) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.accounts[a]
	return r != nil && r.worked == password && c.now().Sub(r.proof) < proofLasts
}

// turn returns a channel of capacity 1: who has put something into it may try a password that is not proven. Without it, callers
// that come together would all try before the first is refused. done must be called once.
func (c *coolDown) turn(a account) (turn chan struct{}, done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.record(a)
	r.users++
	return r.turn, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		r.users--
	}
}

// note keeps what a device said to the password: nil for a login that worked, or any error. A refusal behind the login is none of the
// password, which the login took: recorders also answer 401 to a channel that the user may not see, or when their users are used up.
// It returns how long the account rests now, 0 where nothing changed.
func (c *coolDown) note(a account, password Secret, err error) time.Duration {
	var words *Error
	if err != nil && (!errors.As(err, &words) || !words.refusesLogin()) {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.record(a)
	r.forget(password)
	if words == nil {
		r.worked, r.proof, r.locked = password, c.now(), refusal{}
		return 0
	}
	rest := max(c.rest(), words.RetryAfter)
	if words.Kind == KindLocked && words.RetryAfter == 0 {
		rest = max(c.rest(), c.lockedRest)
	}
	said := refusal{password, c.now().Add(rest), words}
	if words.Kind == KindLocked {
		r.locked = said
		return rest
	}
	if r.worked == password {
		r.worked, r.proof = Secret{}, time.Time{}
	}
	r.refused = append(r.refused, said)
	return rest
}

// record returns the account's record and makes one where there is none. c.mu is held.
func (c *coolDown) record(a account) *record {
	if r := c.accounts[a]; r != nil {
		return r
	}
	if len(c.accounts) >= maxAccounts {
		c.shrink()
	}
	r := &record{turn: make(chan struct{}, 1)}
	c.accounts[a] = r
	return r
}

// shrink forgets the records that protect nothing, and where that is not enough any that is not in use. c.mu is held.
func (c *coolDown) shrink() {
	now := c.now()
	for a, r := range c.accounts {
		if r.expire(now); r.users == 0 && r.locked.words == nil && len(r.refused) == 0 {
			delete(c.accounts, a)
		}
	}
	for a, r := range c.accounts {
		if len(c.accounts) < maxAccounts {
			return
		}
		if r.users == 0 {
			delete(c.accounts, a)
		}
	}
}

// expire drops what is over.
func (r *record) expire(now time.Time) {
	if !r.locked.until.After(now) {
		r.locked = refusal{}
	}
	kept := r.refused[:0]
	for _, refused := range r.refused {
		if refused.until.After(now) {
			kept = append(kept, refused)
		}
	}
	clear(r.refused[len(kept):])
	r.refused = kept
}

// forget drops an earlier refusal of the same password.
func (r *record) forget(password Secret) {
	for i, refused := range r.refused {
		if refused.password == password {
			r.refused = append(r.refused[:i], r.refused[i+1:]...)
			return
		}
	}
}

const (
	// notTried are the words of every error for which the device was not asked, lockedAccount those before it where it said that the
	// account is locked.
	notTried      = "; not tried again for "
	lockedAccount = "the account is locked"
)

// Resting tells that the device was not asked: the account rests after a refusal, for RetryAfter.
func (e *Error) Resting() bool { return e.Kind == KindLocked && strings.Contains(e.Meaning, notTried) }

// RestsLocked tells that the account rests because the device has locked it: no other password is tried either.
func (e *Error) RestsLocked() bool {
	return e.Kind == KindLocked && strings.HasPrefix(e.Meaning, lockedAccount+notTried)
}

// resting makes the error for a caller who is not let through to the device.
func (r refusal) resting(now time.Time, why string) error {
	left := r.until.Sub(now)
	meaning := why + notTried + max(left.Round(time.Second), time.Second).String()
	if r.words.Meaning != "" {
		meaning += "; the device said: " + r.words.Meaning
	}
	return &Error{
		Vendor: r.words.Vendor, Address: r.words.Address, Op: OpLogin, Kind: KindLocked,
		Code: r.words.Code, Meaning: meaning, RetryAfter: left,
	}
}
