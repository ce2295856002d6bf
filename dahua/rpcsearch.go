package dahua

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

// condition is what RPC2 searches for. Channel counts from 0, Flags are left out to get recordings of all causes.
type condition struct {
	Channel   int
	StartTime string
	EndTime   string
	Types     []string
	Order     string
	Redundant string
}

// byRPC2 searches in a session of RPC2. Where there is none, errNoRPC2 is in the error's chain.
func (s *search) byRPC2(ctx context.Context) error {
	p := s.recorder.rpc2
	in, err := p.hold(ctx, device.OpSearch)
	if err != nil {
		return err
	}
	defer p.release(ctx, device.OpSearch)
	created, err := s.create(ctx, in)
	if errors.Is(err, errSession) {
		// Another holder had it, and it has ended since.
		if in, err = p.renew(ctx, device.OpSearch, in); err != nil {
			return err
		}
		created, err = s.create(ctx, in)
	}
	if errors.Is(err, errRefused) {
		return fmt.Errorf("%w: %w", errNoRPC2, err)
	}
	if err != nil {
		return err
	}
	object := created.object()
	if object == nil {
		return s.recorder.rpc2Failure(device.OpSearch, 0, netway.Meaning{
			Kind: device.KindUnsupported, Words: "no handle for a search",
		}, errNoRPC2)
	}
	defer s.freeObject(ctx, in, object)
	one := call{Method: "mediaFileFind.findFile", Object: object, Params: map[string]any{"condition": condition{
		Channel: s.channel - 1, StartTime: playback.FormatTime(s.span.Start), EndTime: playback.FormatTime(s.span.End),
		Types: []string{"dav"}, Order: "Ascent", Redundant: "Exclusion",
	}}}
	if _, err := p.call(ctx, device.OpSearch, in, one); errors.Is(err, errRefused) {
		return nil // nothing is recorded
	} else if err != nil {
		return err
	}
	into := &sweep{search: s, asked: -1, blind: true}
	return into.drain(ctx, func(ctx context.Context) ([]item, error) {
		next := call{Method: "mediaFileFind.findNextFile", Object: object, Params: map[string]int{"count": pageSize}}
		got, err := p.call(ctx, device.OpSearch, in, next)
		if saysNo(err) { // the end of the list, to some
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		var found struct {
			Infos json.RawMessage `json:"infos"`
		}
		_ = json.Unmarshal(got.Params, &found) // params without recordings are the end
		return infos(found.Infos), nil
	})
}

// create asks for a handle. Where its number got lost it cannot be given back, so the end of ctx does not end this at once.
func (s *search) create(ctx context.Context, in *session) (reply, error) {
	ctx, cancel := outlive(ctx, freeLimit)
	defer cancel()
	return s.recorder.rpc2.call(ctx, device.OpSearch, in, call{Method: "mediaFileFind.factory.create"})
}

func (s *search) freeObject(ctx context.Context, in *session, object json.RawMessage) {
	for _, method := range []string{"mediaFileFind.close", "mediaFileFind.destroy"} {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), freeLimit)
		_, _ = s.recorder.rpc2.call(limited, device.OpSearch, in, call{Method: method, Object: object})
		cancel()
	}
}
