//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

import (
	"encoding/binary"
	"slices"
	"testing"

	"mediapusher/vendor_sdk/sdk"
)

// newStreams returns streams whose words go to told as id, code, id, code and so on.
func newStreams(told *[]int) *streams {
	s := &streams{}
	s.init(func(id uint64, code cInt) { *told = append(*told, int(id), int(code)) })
	return s
}

// raise plays the exception callback.
func (s *streams) raise(kind uint32, user, number int32, code uint32) {
	data := binary.NativeEndian.AppendUint32(nil, kind)
	data = binary.NativeEndian.AppendUint32(data, uint32(user))
	data = binary.NativeEndian.AppendUint32(data, uint32(number))
	s.exception(sdk.Packet{Kind: sdk.Broken, Data: binary.NativeEndian.AppendUint32(data, code)})
}

func playing(s *streams, id uint64, user cInt, playback bool, number cInt) *stream {
	st := &stream{device: &device{user: user}, id: id, handle: handle{playback: playback, number: number}}
	s.begin()
	s.ready(st)
	return st
}

func TestExceptionsFindTheirStream(t *testing.T) {
	cases := []struct {
		name                string
		kind                uint32
		user, number, error int
		want                []int
	}{
		{"preview", 0x8003, 0, 0, 5, []int{10, 5}},
		{"preview given up", 0x8045, 0, 1, 5, []int{11, 5}},
		{"playback of the same number", 0x8010, 0, 0, 38, []int{20, 38}},
		{"without a number", 0x8003, 0, 0, 0, []int{10, 7}},
		{"heartbeat of a login", 0x8000, 1, -1, 7, []int{30, 7}},
		{"login given up", 0x8044, 1, -1, 1, []int{30, 1}},
		{"connecting again", 0x8005, 0, 0, 7, nil},
		{"heartbeat is back", 0x8017, 0, -1, 0, nil},
		{"unknown handle", 0x8003, 0, 9, 7, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var told []int
			s := newStreams(&told)
			playing(s, 10, 0, false, 0)
			playing(s, 11, 0, false, 1)
			playing(s, 20, 0, true, 0)
			playing(s, 30, 1, true, 1)
			s.raise(c.kind, int32(c.user), int32(c.number), uint32(c.error))
			if !slices.Equal(told, c.want) {
				t.Errorf("told %v, want %v", told, c.want)
			}
		})
	}
}

func TestExceptionBeforeTheStartReturned(t *testing.T) {
	var told []int
	s := newStreams(&told)
	s.begin()
	s.begin() // another start is under way, and fails
	s.raise(0x8010, 0, 4, 33)
	s.failed()
	if len(told) != 0 {
		t.Errorf("told %v of a stream that is not known", told)
	}
	s.ready(&stream{device: &device{}, id: 40, handle: handle{playback: true, number: 4}})
	if want := []int{40, 33}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

// What came for an old stream is not for a new one with its handle.
func TestLateExceptionIsForgotten(t *testing.T) {
	var told []int
	s := newStreams(&told)
	old := playing(s, 10, 0, false, 4)
	s.remove(old)
	s.raise(0x8003, 0, 4, 7)
	fresh := playing(s, 11, 0, false, 4)
	s.remove(old) // again, behind the new one
	if len(told) != 0 {
		t.Errorf("told %v", told)
	}
	s.raise(0x8003, 0, 4, 7)
	if want := []int{11, 7}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	s.remove(fresh)
	s.exception(sdk.Packet{Data: []byte{1, 2, 3}})
}
