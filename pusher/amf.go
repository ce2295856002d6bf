package pusher

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/yutopp/go-amf0"
)

// AMF0 markers (Adobe AMF 0 specification, section 2.1).
const (
	amfNumber      = 0x00
	amfBoolean     = 0x01
	amfString      = 0x02
	amfObject      = 0x03
	amfNull        = 0x05
	amfUndefined   = 0x06
	amfECMAArray   = 0x08
	amfObjectEnd   = 0x09
	amfStrictArray = 0x0A
	amfDate        = 0x0B
	amfLongString  = 0x0C
)

// maxAMFDepth bounds the nesting of values from a server.
const maxAMFDepth = 16

var errAMF = errors.New("malformed AMF0")

// encodeAMF writes values one after another.
func encodeAMF(w io.Writer, values ...any) error {
	enc := amf0.NewEncoder(w)
	for _, v := range values {
		if err := enc.Encode(v); err != nil {
			return fmt.Errorf("AMF0: %w", err)
		}
	}
	return nil
}

// decodeAMF reads the values of a command from a server: float64, bool, string, nil, map[string]any and []any. What stands behind
// a value that cannot be read is lost, so it returns the values before it also when it fails.
//
// The library's decoder is not used for this: it cannot read the undefined value that SRS puts into its answers, and allocates as
// many elements as an array claims to have.
func decodeAMF(body []byte) ([]any, error) {
	r := amfReader{left: body}
	var values []any
	for len(r.left) > 0 {
		v, err := r.value(0)
		if err != nil {
			return values, err
		}
		values = append(values, v)
	}
	return values, nil
}

type amfReader struct{ left []byte }

func (r *amfReader) take(n int) ([]byte, error) {
	if n < 0 || n > len(r.left) {
		return nil, errAMF
	}
	b := r.left[:n]
	r.left = r.left[n:]
	return b, nil
}

func (r *amfReader) value(depth int) (any, error) {
	marker, err := r.take(1)
	if err != nil || depth > maxAMFDepth {
		return nil, errAMF
	}
	switch marker[0] {
	case amfNumber:
		b, err := r.take(8)
		if err != nil {
			return nil, err
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
	case amfBoolean:
		b, err := r.take(1)
		if err != nil {
			return nil, err
		}
		return b[0] != 0, nil
	case amfString:
		return r.text(2)
	case amfLongString:
		return r.text(4)
	case amfNull, amfUndefined:
		return nil, nil
	case amfDate:
		_, err := r.take(10)
		return nil, err
	case amfECMAArray:
		if _, err := r.take(4); err != nil {
			return nil, err
		}
		return r.object(depth)
	case amfObject:
		return r.object(depth)
	case amfStrictArray:
		return r.array(depth)
	default:
		return nil, errAMF
	}
}

// text reads a string behind its length of two or four bytes.
func (r *amfReader) text(size int) (string, error) {
	b, err := r.take(size)
	if err != nil {
		return "", err
	}
	n := 0
	for _, c := range b {
		n = n<<8 | int(c)
	}
	b, err = r.take(n)
	return string(b), err
}

func (r *amfReader) object(depth int) (map[string]any, error) {
	m := map[string]any{}
	for {
		key, err := r.text(2)
		if err != nil {
			return nil, err
		}
		if key == "" && len(r.left) > 0 && r.left[0] == amfObjectEnd {
			r.left = r.left[1:]
			return m, nil
		}
		if m[key], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
}

func (r *amfReader) array(depth int) ([]any, error) {
	b, err := r.take(4)
	if err != nil {
		return nil, err
	}
	var values []any
	for range binary.BigEndian.Uint32(b) {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}
