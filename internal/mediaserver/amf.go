package mediaserver

import (
	"encoding/binary"
	"errors"
	"math"
)

// AMF0 markers (Adobe AMF 0 section 2.1).
const (
	amfNumber      = 0x00
	amfBoolean     = 0x01
	amfString      = 0x02
	amfObject      = 0x03
	amfNull        = 0x05
	amfUndefined   = 0x06
	amfReference   = 0x07
	amfECMAArray   = 0x08
	amfObjectEnd   = 0x09
	amfStrictArray = 0x0A
	amfDate        = 0x0B
	amfLongString  = 0x0C
	amfUnsupported = 0x0D
	amfXML         = 0x0F
	amfTypedObject = 0x10
)

// maxAMFDepth is the ceiling for objects in objects. Players send two levels.
const maxAMFDepth = 8

var errAMF = errors.New("malformed AMF0")

// amfReader walks over AMF0 values without building any: a stranger's message costs no more memory than it has itself. The first
// error sticks; every later read returns zero values.
type amfReader struct {
	b   []byte
	err error
}

func (r *amfReader) take(n int) []byte {
	if r.err != nil || n > len(r.b) {
		r.fail()
		return nil
	}
	p := r.b[:n:n]
	r.b = r.b[n:]
	return p
}

func (r *amfReader) fail() {
	if r.err == nil {
		r.err = errAMF
	}
	r.b = nil
}

func (r *amfReader) marker() byte {
	if p := r.take(1); p != nil {
		return p[0]
	}
	return amfUnsupported
}

// key reads a string without marker.
func (r *amfReader) key() string {
	p := r.take(2)
	if p == nil {
		return ""
	}
	return string(r.take(int(binary.BigEndian.Uint16(p))))
}

func (r *amfReader) string() string {
	if r.marker() != amfString {
		r.fail()
		return ""
	}
	return r.key()
}

func (r *amfReader) number() float64 {
	if r.marker() != amfNumber {
		r.fail()
		return 0
	}
	if p := r.take(8); p != nil {
		return math.Float64frombits(binary.BigEndian.Uint64(p))
	}
	return 0
}

// skip passes over one value.
func (r *amfReader) skip() { r.skipValue(maxAMFDepth) }

func (r *amfReader) skipValue(depth int) {
	switch r.marker() {
	case amfNumber:
		r.take(8)
	case amfBoolean:
		r.take(1)
	case amfString:
		r.key()
	case amfNull, amfUndefined, amfUnsupported:
	case amfReference:
		r.take(2)
	case amfDate:
		r.take(10)
	case amfLongString, amfXML:
		if p := r.take(4); p != nil {
			r.take(int(min(binary.BigEndian.Uint32(p), math.MaxInt32)))
		}
	case amfTypedObject:
		r.key()
		r.properties(depth, nil)
	case amfECMAArray: // the count is only a hint
		r.take(4)
		r.properties(depth, nil)
	case amfObject:
		r.properties(depth, nil)
	case amfStrictArray:
		r.elements(depth)
	default:
		r.fail()
	}
}

func (r *amfReader) elements(depth int) {
	p := r.take(4)
	if p == nil || depth == 0 {
		r.fail()
		return
	}
	for n := binary.BigEndian.Uint32(p); n > 0 && r.err == nil; n-- {
		r.skipValue(depth - 1)
	}
}

// properties walks over the properties of an object and calls visit, where there is one, with each name and encoded value.
func (r *amfReader) properties(depth int, visit func(name string, value []byte)) {
	if depth == 0 {
		r.fail()
		return
	}
	for r.err == nil {
		name := r.key()
		if r.err == nil && name == "" && len(r.b) > 0 && r.b[0] == amfObjectEnd {
			r.take(1)
			return
		}
		start := r.b
		r.skipValue(depth - 1)
		if r.err == nil && visit != nil {
			visit(name, start[:len(start)-len(r.b)])
		}
	}
}

// object walks over an object or an ECMA array at the top level.
func (r *amfReader) object(visit func(name string, value []byte)) {
	switch r.marker() {
	case amfObject:
	case amfECMAArray:
		r.take(4)
	default:
		r.fail()
		return
	}
	r.properties(maxAMFDepth, visit)
}

func appendKey(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
	return append(b, s...)
}

func appendString(b []byte, s string) []byte { return appendKey(append(b, amfString), s) }

func appendNumber(b []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, amfNumber), math.Float64bits(v))
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, amfBoolean, 1)
	}
	return append(b, amfBoolean, 0)
}

func appendObjectEnd(b []byte) []byte { return append(b, 0, 0, amfObjectEnd) }
