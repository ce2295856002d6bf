package dahua

import (
	"sync"

	"mediapusher/internal/device"
)

// maxRemembered is the ceiling for the devices and for the refused accounts that a driver remembers; beyond it, it starts anew.
const maxRemembered = 4096

// identity names a device beyond one login.
type identity struct{ serial, address string }

// lore is what was found out about a device that its pages do not tell.
type lore struct {
	findBase *int // the number of the first channel in the queries of mediaFileFind.cgi, nil where it was not proven
	noRPC2   bool // it has no RPC2
	ptzByCGI bool // it refuses movements by RPC2 and takes them by CGI
	ptzBase  *int // the number of the first channel in ptz.cgi, nil where it was not asked for
}

// memory keeps what was found out for as long as the driver lives. It is safe for concurrent use.
type memory struct {
	mu      sync.Mutex
	devices map[identity]lore
	refused map[device.Target]struct{} // accounts whose password RPC2 has refused
}

func (m *memory) about(id identity) lore {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.devices[id]
}

func (m *memory) learn(id identity, change func(*lore)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.devices[id]
	change(&known)
	if m.devices == nil || len(m.devices) >= maxRemembered {
		m.devices = map[identity]lore{}
	}
	m.devices[id] = known
}

func (m *memory) refuse(account device.Target) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refused == nil || len(m.refused) >= maxRemembered {
		m.refused = map[device.Target]struct{}{}
	}
	m.refused[account] = struct{}{}
}

func (m *memory) wasRefused(account device.Target) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, refused := m.refused[account]
	return refused
}

func (r *recorder) identity() identity { return identity{r.info.Serial, r.Target.Address()} }

func (r *recorder) lore() lore { return r.driver.memory.about(r.identity()) }

func (r *recorder) learned(change func(*lore)) { r.driver.memory.learn(r.identity(), change) }
