package rtmp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Property is one entry of an Object.
type Property struct {
	Name  string
	Value any
}

// Object is an AMF0 object with its properties in order.
type Object []Property

// Get returns a property's value, nil where there is none.
func (o Object) Get(name string) any {
	for _, p := range o {
		if p.Name == name {
			return p.Value
		}
	}
	return nil
}

var errAMF = errors.New("malformed AMF0")

// appendAMF writes values: string, float64, bool, nil, Object (Adobe AMF 0 specification section 2).
func appendAMF(b []byte, values ...any) []byte {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			b = appendName(append(b, 2), v)
		case float64:
			b = binary.BigEndian.AppendUint64(append(b, 0), math.Float64bits(v))
		case bool:
			b = append(b, 1, 0)
			if v {
				b[len(b)-1] = 1
			}
		case Object:
			b = append(b, 3)
			for _, p := range v {
				b = appendAMF(appendName(b, p.Name), p.Value)
			}
			b = append(b, 0, 0, 9)
		default:
			b = append(b, 5)
		}
	}
	return b
}

func appendName(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// Values reads all AMF0 values of a command or data message. Undefined reads as nil, an ECMA array as an Object, a strict array as
// []any.
func Values(b []byte) ([]any, error) {
	var values []any
	for len(b) > 0 {
		v, rest, err := value(b, 0)
		if err != nil {
			return values, err
		}
		values = append(values, v)
		b = rest
	}
	return values, nil
}

func value(b []byte, depth int) (v any, rest []byte, err error) {
	if len(b) == 0 || depth > 16 {
		return nil, nil, errAMF
	}
	marker, b := b[0], b[1:]
	switch {
	case marker == 0 && len(b) >= 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:], nil
	case marker == 1 && len(b) >= 1:
		return b[0] != 0, b[1:], nil
	case marker == 2:
		return name(b)
	case marker == 3:
		return object(b, depth)
	case marker == 5 || marker == 6:
		return nil, b, nil
	case marker == 8 && len(b) >= 4:
		return object(b[4:], depth)
	case marker == 10 && len(b) >= 4:
		n := binary.BigEndian.Uint32(b)
		b = b[4:]
		list := []any{}
		for range n {
			if v, b, err = value(b, depth+1); err != nil {
				return nil, nil, err
			}
			list = append(list, v)
		}
		return list, b, nil
	}
	return nil, nil, fmt.Errorf("%w: marker %d", errAMF, marker)
}

func name(b []byte) (s string, rest []byte, err error) {
	if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
		return "", nil, errAMF
	}
	n := 2 + int(binary.BigEndian.Uint16(b))
	return string(b[2:n]), b[n:], nil
}

func object(b []byte, depth int) (o Object, rest []byte, err error) {
	o = Object{}
	for {
		var p Property
		if p.Name, b, err = name(b); err != nil {
			return nil, nil, err
		}
		if p.Name == "" && len(b) > 0 && b[0] == 9 {
			return o, b[1:], nil
		}
		if p.Value, b, err = value(b, depth+1); err != nil {
			return nil, nil, err
		}
		o = append(o, p)
	}
}
