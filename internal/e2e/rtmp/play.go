package rtmp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"
)

// Play connects to address, rtmp://host:port/app/stream, plays, and calls each for the audio, video and data messages until each
// returns false, ctx ends or the server ends the connection. It returns nil in the first two cases.
func Play(ctx context.Context, address string, each func(Message) bool) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("play address: %w", err)
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "1935")
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return fmt.Errorf("play: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	err = play(conn, u, each)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func play(conn net.Conn, u *url.URL, each func(Message) bool) error {
	s, err := connect(conn)
	if err != nil {
		return err
	}
	if err := s.announceChunkSize(); err != nil {
		return err
	}
	app, name := path.Split(strings.TrimPrefix(u.Path, "/"))
	app = strings.TrimSuffix(app, "/")
	err = s.command(0, "connect", 1.0, Object{{"app", app}, {"flashVer", "LNX 9,0,124,2"}, {"tcUrl", "rtmp://" + u.Host + "/" + app}})
	if err != nil {
		return err
	}
	for {
		m, err := s.in.next()
		if err != nil {
			return err
		}
		switch m.Type {
		case TypeAudio, TypeVideo, TypeData:
			if !each(m) {
				return nil
			}
		case TypeUserControl:
			err = s.pong(m)
		case TypeCommand:
			err = s.playCommand(m, name)
		}
		if err != nil {
			return err
		}
	}
}

// playCommand goes on behind the answers to connect and createStream.
func (s *session) playCommand(m Message, name string) error {
	values, err := Values(m.Body)
	if err != nil || len(values) < 2 {
		return errAMF
	}
	switch {
	case values[0] == "_result" && values[1] == 1.0:
		return s.command(0, "createStream", 2.0, nil)
	case values[0] == "_result" && values[1] == 2.0 && len(values) > 3:
		id, ok := values[3].(float64)
		if !ok {
			return errAMF
		}
		if err := s.command(uint32(id), "play", 3.0, nil, name, -2000.0); err != nil {
			return err
		}
		// Some servers wait for the length of the client's buffer (user control event 3), here 100 ms.
		body := binary.BigEndian.AppendUint32([]byte{0, 3}, uint32(id))
		return s.write(2, Message{Type: TypeUserControl, Body: binary.BigEndian.AppendUint32(body, 100)})
	case values[0] == "_error":
		return fmt.Errorf("the server refuses: %v", values)
	case values[0] == "onStatus" && len(values) > 3:
		if info, ok := values[3].(Object); ok && info.Get("level") == "error" {
			return fmt.Errorf("the server refuses: %v", info.Get("code"))
		}
		if info, ok := values[3].(Object); ok && info.Get("code") == "NetStream.Play.UnpublishNotify" {
			return ErrUnpublished
		}
	}
	return nil
}

// ErrUnpublished is returned by Play when the server tells that the stream has ended.
var ErrUnpublished = errors.New("the stream was unpublished")
