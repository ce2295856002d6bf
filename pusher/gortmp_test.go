package pusher_test

import (
	"bytes"
	"io"
	"net"
	"testing"

	"github.com/yutopp/go-rtmp"
	"github.com/yutopp/go-rtmp/message"

	"mediapusher/pusher"
)

// libraryHandler notes what go-rtmp's server makes of a publish.
type libraryHandler struct {
	rtmp.DefaultHandler
	events chan<- libraryEvent
}

type libraryEvent struct {
	what      string
	timestamp uint32
	body      []byte
}

func (h *libraryHandler) OnPublish(_ *rtmp.StreamContext, _ uint32, cmd *message.NetStreamPublish) error {
	h.events <- libraryEvent{what: "publish " + cmd.PublishingType, body: []byte(cmd.PublishingName)}
	return nil
}

func (h *libraryHandler) OnSetDataFrame(timestamp uint32, data *message.NetStreamSetDataFrame) error {
	h.events <- libraryEvent{"data", timestamp, bytes.Clone(data.Payload)}
	return nil
}

func (h *libraryHandler) OnAudio(timestamp uint32, payload io.Reader) error {
	body, err := io.ReadAll(payload)
	h.events <- libraryEvent{"audio", timestamp, body}
	return err
}

func (h *libraryHandler) OnVideo(timestamp uint32, payload io.Reader) error {
	body, err := io.ReadAll(payload)
	h.events <- libraryEvent{"video", timestamp, body}
	return err
}

// TestLibraryServer publishes to go-rtmp's server, which reads chunks in a way of its own.
func TestLibraryServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan libraryEvent, 16)
	server := rtmp.NewServer(&rtmp.ServerConfig{OnConnect: func(conn net.Conn) (io.ReadWriteCloser, *rtmp.ConnConfig) {
		return conn, &rtmp.ConnConfig{Handler: &libraryHandler{events: events}}
	}})
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(ln)
	}()
	defer func() {
		_ = server.Close()
		<-served
	}()

	conn, err := dialer(t, pusher.RTMPConfig{URL: "rtmp://" + ln.Addr().String() + "/live/{stream}?key=x"}).Dial(t.Context(), "cam1")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	expect := func(what string, timestamp uint32, body []byte) {
		t.Helper()
		got := <-events
		if got.what != what || got.timestamp != timestamp || !bytes.Equal(got.body, body) {
			t.Errorf("got %s at %d with %d bytes, want %s at %d with %d", got.what, got.timestamp, len(got.body), what, timestamp, len(body))
		}
	}
	expect("publish live", 0, []byte("cam1?key=x"))
	for _, m := range []struct {
		typeID    byte
		what      string
		timestamp uint32
		size      int
	}{
		{pusher.TypeVideo, "video", 40, 45},
		{pusher.TypeVideo, "video", 40, 100000},
		{pusher.TypeAudio, "audio", 41, 4},
		{pusher.TypeVideo, "video", 80, 60000},
		{pusher.TypeAudio, "audio", 64, 200},
		{pusher.TypeAudio, "audio", 87, 200},
	} {
		payload := pattern(m.size)
		if err := conn.WriteMessage(m.typeID, m.timestamp, [][]byte{payload}); err != nil {
			t.Fatal(err)
		}
		if err := conn.Flush(); err != nil {
			t.Fatal(err)
		}
		expect(m.what, m.timestamp, payload)
	}
}
