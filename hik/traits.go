package hik

import (
	"maps"
	"sync"
	"time"
)

// clockLife is how long what was found out about a device's clock is believed: its zone moves with daylight saving, and what nobody could
// tell at first may show later.
const clockLife = time.Hour

// traits is what one device has shown of itself, beyond what it tells, and keeps from login to login. It is safe for concurrent use.
type traits struct {
	// clockTurn is of capacity 1: who has put something into it may find out what the device's times mean.
	clockTurn chan struct{}

	mu     sync.Mutex
	clock  *clock             // nil until it was found out
	until  time.Time          // how long clock is believed
	older  bool               // searches name their tracks by the older element
	form   trackForm          // how the device writes the path of a recording; zero means the usual form
	levers map[leverKey]lever // what has moved cameras
}

// maxLevers is the ceiling for remembered ways to move cameras of one device; three for each of 256 channels are fewer.
const maxLevers = 1024

// traitsOf returns what is kept about a device. It goes by the serial number, since another device may get the address; where HTTP does
// not answer, by what was last seen there.
func (d *Driver) traitsOf(r *recorder) *traits {
	address := r.Target.Address()
	d.mu.Lock()
	defer d.mu.Unlock()
	key := r.info.Serial
	if key == "" {
		key = d.serials[address]
	}
	if key == "" {
		key = address
	}
	if len(d.traits) >= maxRemembered || len(d.serials) >= maxRemembered {
		clear(d.traits)
		clear(d.serials)
	}
	d.serials[address] = key
	known := d.traits[key]
	if known == nil {
		known = &traits{clockTurn: make(chan struct{}, 1), levers: map[leverKey]lever{}}
		d.traits[key] = known
	}
	return known
}

func (t *traits) knownClock() *clock {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Now().After(t.until) {
		return nil
	}
	return t.clock
}

func (t *traits) keepClock(c *clock) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clock, t.until = c, time.Now().Add(clockLife)
}

func (t *traits) usesOlder() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.older
}

func (t *traits) keepOlder() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.older = true
}

func (t *traits) trackForm() trackForm {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.form
}

func (t *traits) keepForm(form trackForm) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.form = form
}

// leverOf returns what has moved a channel; ok is false where nothing has yet.
func (t *traits) leverOf(key leverKey) (known lever, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known, ok = t.levers[key]
	return known, ok
}

func (t *traits) keepLever(key leverKey, worked lever) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.levers) >= maxLevers {
		clear(t.levers)
	}
	t.levers[key] = worked
}

// forgetLever takes back what no longer moves a channel, but not what has been found since.
func (t *traits) forgetLever(key leverKey, failed lever) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.levers, func(k leverKey, l lever) bool { return k == key && l == failed })
}
