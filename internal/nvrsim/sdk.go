package nvrsim

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync"
)

// sdkPort is where libraries that stand in for the vendors' SDKs ask for what a recorder knows. Requests are lines, WORD key=value
// key=value, with values escaped as in a URL's query; answers are lines OK key=value or ERR reason key=value. Times are the digits of the
// device's clock, 20261120T101112, and channels the numbers of the vendor's SDK.
//
// A connection is one of control or one of a stream, as its first line says.
//
//	LOGIN user= password=                begins a session, which ends with the connection: OK session= serial= model= type=
//	                                     analog= analog_first= ip= ip_first= offline= (SDK numbers without a camera, between commas)
//	FIND channel= start= end=            FILE name= size= start= end= for each, then OK
//	MOVE channel= command= stop= speed=  moves a camera by the vendor's number
//	KEY channel= stream=                 lets the live streams send a key frame soon
//	PING, BYE
//	LIVE session= channel= stream=       stream 0 is main, 1 is sub: OK, then packets
//	PLAY session= channel= start= end=   OK, then packets; PAUSE, RESUME, SPEED 2, SEEK 20261120T101112 and STOP may follow
//
// A packet is its type, the length of its payload in 4 bytes, the least significant first, and the payload; see packetHead and the others.
//
// It is safe for concurrent use.
type sdkPort struct {
	r        *Recorder
	listener net.Listener // nil where there is none

	mu       sync.Mutex
	ended    bool
	last     int64 // session given out
	finding  int
	conns    map[*sdkConn]struct{}
	sessions map[int64]*sdkConn
}

// maxSDKLine bounds a request.
const maxSDKLine = 4096

// serve serves until ctx ends and returns when all connections are closed.
func (p *sdkPort) serve(ctx context.Context) error {
	if p.listener == nil {
		<-ctx.Done()
		return nil
	}
	stop := context.AfterFunc(ctx, func() {
		_ = p.listener.Close()
		p.mu.Lock()
		p.ended = true
		p.mu.Unlock()
		p.drop("recorder stopped")
	})
	defer stop()
	defer func() { _ = p.listener.Close() }()
	var open sync.WaitGroup
	defer open.Wait()
	listener := pickyListener{p.listener, func() bool { return p.r.Faults().SDKRefuse }}
	for {
		nc, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("recorder: SDK: %w", err)
		}
		c := &sdkConn{r: p.r, nc: nc, remote: nc.RemoteAddr().String(), br: bufio.NewReaderSize(nc, maxSDKLine)}
		if !p.enter(c) {
			_ = nc.Close()
			return nil
		}
		open.Go(func() {
			defer p.leave(c)
			c.serve(ctx)
		})
	}
}

func (p *sdkPort) enter(c *sdkConn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return false
	}
	if p.conns == nil {
		p.conns, p.sessions = make(map[*sdkConn]struct{}), make(map[int64]*sdkConn)
	}
	p.conns[c] = struct{}{}
	return true
}

// leave forgets a connection. With a control connection its streams end.
func (p *sdkPort) leave(c *sdkConn) {
	c.drop("closed")
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	if p.sessions[c.session] != c {
		return
	}
	delete(p.sessions, c.session)
	for other := range p.conns {
		if other.session == c.session {
			other.drop("logged out")
		}
	}
}

// login gives a control connection its session.
func (p *sdkPort) login(c *sdkConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.session == 0 {
		p.last++
		c.session = p.last
		p.sessions[c.session] = c
	}
}

// join makes a connection one of a stream of a session. It returns false where there is no such session.
func (p *sdkPort) join(c *sdkConn, session int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sessions[session] == nil {
		return false
	}
	c.session = session
	return true
}

// attach lets a connection's stream be found.
func (p *sdkPort) attach(c *sdkConn, s *sdkStream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.stream = s
}

// refresh asks the live streams of a channel for a key frame.
func (p *sdkPort) refresh(channel, stream int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if s := c.stream; s != nil && s.reel == nil && s.channel == channel && s.number == stream {
			s.refresh.Store(true)
		}
	}
}

// wake lets all streams look at the faults.
func (p *sdkPort) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c.stream != nil {
			c.stream.wake()
		}
	}
}

// drop closes all connections.
func (p *sdkPort) drop(cause string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.drop(cause)
	}
}

// search counts a search that begins, or with -1 one that ends. It returns false where there is no room for it.
func (p *sdkPort) search(change, limit int) bool {
	others := p.r.searches.count() + p.r.finds.count()
	p.mu.Lock()
	defer p.mu.Unlock()
	if change > 0 && limit > 0 && others+p.finding >= limit {
		return false
	}
	p.finding += change
	return true
}

func (p *sdkPort) count() (logins, searches int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sessions), p.finding
}
