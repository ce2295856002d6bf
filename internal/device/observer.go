package device

// Observer is told what becomes of logins, so that it can be counted. Its methods are called from several goroutines and must not wait
// for anything.
type Observer interface {
	// LoggedIn tells of one try to log in, with nil or an *Error. On WayRTSP it proves nothing about the password.
	LoggedIn(vendor Vendor, err error)
	// Refused tells that an account begins to rest because a device refused the password or locked it, at the login or later; err is an
	// *Error of KindAuth or KindLocked.
	Refused(vendor Vendor, err error)
	// HeldBack tells of a caller who was not let through to the device, mostly because the account rests.
	HeldBack(vendor Vendor)
}

// deaf is the Observer where there is none.
type deaf struct{}

func (deaf) LoggedIn(Vendor, error) {}
func (deaf) Refused(Vendor, error)  {}
func (deaf) HeldBack(Vendor)        {}

// Resting are the accounts of one vendor that are not tried now.
type Resting struct {
	// Refused counts those with a password that was refused a short while ago, Locked those that the device has locked.
	Refused, Locked int
}

// Resting returns how many accounts rest now, by vendor; a vendor without any may be missing.
func (p *Pool) Resting() map[Vendor]Resting { return p.rests.resting() }

// resting counts the accounts that rest.
func (c *coolDown) resting() map[Vendor]Resting {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := make(map[Vendor]Resting)
	now := c.now()
	for a, r := range c.accounts {
		r.expire(now)
		count := counts[a.recorder.vendor]
		switch {
		case r.locked.words != nil:
			count.Locked++
		case len(r.refused) > 0:
			count.Refused++
		default:
			continue
		}
		counts[a.recorder.vendor] = count
	}
	return counts
}
