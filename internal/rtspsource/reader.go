package rtspsource

import "net"

// reader is the read buffer of a connection.
type reader struct {
	socket net.Conn
	framer framer
	buf    []byte
	r, w   int
}

// minRead is the least room that a read is given.
const minRead = 16 << 10

// fill reads once. What next returned is void afterwards.
func (r *reader) fill() (int, error) {
	if r.r == r.w {
		r.r, r.w = 0, 0
	}
	if len(r.buf)-r.w < minRead && r.r > 0 {
		r.w = copy(r.buf, r.buf[r.r:r.w])
		r.r = 0
	}
	n, err := r.socket.Read(r.buf[r.w:])
	r.w += n
	return n, err
}

// next takes one element from the buffer; kindMore says that there is no complete one. Every element fits into the buffer.
func (r *reader) next() (element, error) {
	e, err := r.framer.next(r.buf[r.r:r.w])
	if err != nil {
		return element{}, err
	}
	r.r += e.size
	return e, nil
}
