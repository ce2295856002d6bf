package mediaserver

import (
	"encoding/binary"
	"net"
	"sync"
	"time"
)

// outChunkSize is what we announce. SRS and its players take up to 65536; most messages then need no second chunk header.
const outChunkSize = 60000

// Chunk streams by kind of message. Each message begins with a full header, so that none depends on the one before it.
const (
	csidControl byte = 2
	csidCommand byte = 3
	csidAudio   byte = 4
	csidData    byte = 5
	csidVideo   byte = 6
)

// mediaStreamID is the only message stream that a player gets.
const mediaStreamID = 1

// chunkWriter writes messages in chunks, several with one gathered write. A message is written whole under the lock, so that answers
// and media, which come from two goroutines, never mix.
type chunkWriter struct {
	conn    net.Conn
	timeout time.Duration

	mu        sync.Mutex
	chunkSize int
	scratch   []byte
	gather    net.Buffers
}

func newChunkWriter(conn net.Conn, timeout time.Duration) *chunkWriter {
	return &chunkWriter{conn: conn, timeout: timeout, chunkSize: defaultChunkSize}
}

// media writes a batch of a stream.
func (w *chunkWriter) media(batch []*message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range batch {
		csid := csidData
		switch m.typeID {
		case typeAudio:
			csid = csidAudio
		case typeVideo:
			csid = csidVideo
		}
		w.add(csid, m.typeID, mediaStreamID, m.timestamp, m.body())
	}
	return w.flush()
}

// control writes a protocol control message or a user control message.
func (w *chunkWriter) control(typeID byte, body []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(csidControl, typeID, 0, 0, body)
	if err := w.flush(); err != nil {
		return err
	}
	if typeID == typeSetChunkSize {
		w.chunkSize = int(binary.BigEndian.Uint32(body))
	}
	return nil
}

// command writes a command or a data message of the control stream (0) or of the media stream.
func (w *chunkWriter) command(typeID byte, streamID uint32, body []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(csidCommand, typeID, streamID, 0, body)
	return w.flush()
}

// add gathers the chunks of one message. Adobe RTMP 1.0 section 5.3.1: a time of 0xFFFFFF ms or more stands behind the header, also behind
// that of every further chunk.
func (w *chunkWriter) add(csid, typeID byte, streamID, timestamp uint32, body []byte) {
	start := len(w.scratch)
	w.scratch = append(w.scratch, csid, 0, 0, 0, 0, 0, 0, typeID)
	header := w.scratch[start:]
	putUint24(header[1:], min(timestamp, extendedTimestamp))
	putUint24(header[4:], uint32(len(body)))
	w.scratch = binary.LittleEndian.AppendUint32(w.scratch, streamID)
	w.scratch = appendExtended(w.scratch, timestamp)
	w.gather = append(w.gather, w.scratch[start:])

	n := min(len(body), w.chunkSize)
	w.gather = append(w.gather, body[:n])
	if body = body[n:]; len(body) == 0 {
		return
	}
	start = len(w.scratch)
	w.scratch = appendExtended(append(w.scratch, 3<<6|csid), timestamp)
	further := w.scratch[start:]
	for len(body) > 0 {
		n = min(len(body), w.chunkSize)
		w.gather = append(w.gather, further, body[:n])
		body = body[n:]
	}
}

func appendExtended(b []byte, timestamp uint32) []byte {
	if timestamp < extendedTimestamp {
		return b
	}
	return binary.BigEndian.AppendUint32(b, timestamp)
}

func (w *chunkWriter) flush() error {
	if err := w.conn.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
		return err
	}
	buffers := w.gather // WriteTo uses up its receiver
	_, err := buffers.WriteTo(w.conn)
	clear(w.gather)
	w.gather, w.scratch = w.gather[:0], w.scratch[:0]
	return err
}
