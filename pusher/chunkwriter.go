package pusher

import (
	"bufio"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"
)

// chunkSize is the payload of one chunk, in bytes. SRS warns above 65536; most pictures fit in one chunk.
const chunkSize = 60000

// Chunk stream ids. 2 is for protocol control (RTMP 1.0, section 5.4); the others are custom.
const (
	chunkControl = 2
	chunkCommand = 3
	chunkAudio   = 4
	chunkData    = 5
	chunkVideo   = 6
)

// extendedTimestamp in the three-byte field says that four bytes follow (RTMP 1.0, section 5.3.1.3).
const extendedTimestamp = 0xFFFFFF

// maxHeldBytes bounds what waits for the next message, in bytes: some audio frames.
const maxHeldBytes = 8 << 10

// maxMessage is what the three-byte message length can say.
const maxMessage = 0xFFFFFF

var errMessageSize = errors.New("RTMP message is empty or above 16 MiB")

// chunkWriter writes whole messages, each gathered into one system call, without copying or allocating. It is the only writer of
// a connection: that of go-rtmp mixes messages of two goroutines, omits the extended timestamp where a message goes on in the next
// chunk, and hides write errors.
//
// It may be used by several goroutines.
type chunkWriter struct {
	conn net.Conn
	// buffer joins the parts of a message where the connection knows no gathered write (TLS), else nil.
	buffer *bufio.Writer

	mu      sync.Mutex
	timeout time.Duration // 0: the deadline is somebody else's
	armed   time.Time     // the deadline in force
	streams [chunkVideo + 1]chunkStream
	first   [16]byte // header of a message's first chunk
	next    [5]byte  // header of its other chunks
	held    []byte   // whole messages that leave with the next one
	parts   [][]byte
	out     net.Buffers
	err     error
}

// chunkStream is what the receiver knows of a chunk stream from the chunk before.
type chunkStream struct {
	open      bool
	streamID  uint32
	timestamp uint32
}

func newChunkWriter(conn net.Conn) *chunkWriter {
	w := &chunkWriter{conn: conn}
	if _, gathers := conn.(*net.TCPConn); !gathers {
		w.buffer = bufio.NewWriterSize(conn, 1<<16)
	}
	return w
}

// setTimeout gives every message from now on this time to leave.
func (w *chunkWriter) setTimeout(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timeout = d
}

// write sends one message. After the first error, which may have cut a message, it fails with that one.
func (w *chunkWriter) write(chunkStreamID, typeID byte, streamID, timestamp uint32, body ...[]byte) error {
	size := sizeOf(body)
	if size == 0 || size > maxMessage {
		return errMessageSize
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	first, next := w.headers(chunkStreamID, typeID, streamID, timestamp, size)
	w.parts = w.parts[:0]
	if len(w.held) > 0 {
		w.parts = append(w.parts, w.held)
	}
	w.parts = append(w.parts, first)
	room := chunkSize
	for _, part := range body {
		for len(part) > 0 {
			if room == 0 {
				w.parts = append(w.parts, next)
				room = chunkSize
			}
			n := min(len(part), room)
			w.parts = append(w.parts, part[:n])
			part = part[n:]
			room -= n
		}
	}
	w.flush()
	return w.err
}

// hold keeps a small message until the next one is written or release is called: a system call for each audio frame costs more than the
// frame. A message that is not small is written.
func (w *chunkWriter) hold(chunkStreamID, typeID byte, streamID, timestamp uint32, body ...[]byte) error {
	size := sizeOf(body)
	if size == 0 || size > maxHeldBytes/2 {
		return w.write(chunkStreamID, typeID, streamID, timestamp, body...)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.held)+len(w.first)+size > maxHeldBytes {
		w.flushHeld()
	}
	if w.err != nil {
		return w.err
	}
	first, _ := w.headers(chunkStreamID, typeID, streamID, timestamp, size)
	w.held = append(w.held, first...)
	for _, part := range body {
		w.held = append(w.held, part...)
	}
	return nil
}

// release writes what is held.
func (w *chunkWriter) release() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flushHeld()
	return w.err
}

func (w *chunkWriter) flushHeld() {
	if w.err != nil || len(w.held) == 0 {
		return
	}
	w.parts = append(w.parts[:0], w.held)
	w.flush()
}

func sizeOf(body [][]byte) int {
	size := 0
	for _, part := range body {
		size += len(part)
	}
	return size
}

// headers makes the chunk headers of a message (RTMP 1.0, section 5.3.1): fmt 0 with the absolute time for the first of a chunk
// stream, fmt 1 with the difference for the following, fmt 3 inside a message. fmt 2 is left out, two messages of equal length are
// rare.
//
// A step back, or one too long for three bytes, is sent as fmt 0 too: SRS takes an extended difference for an absolute time.
func (w *chunkWriter) headers(chunkStreamID, typeID byte, streamID, timestamp uint32, size int) (first, next []byte) {
	s := &w.streams[chunkStreamID]
	field := timestamp - s.timestamp
	short := s.open && s.streamID == streamID && field < extendedTimestamp
	if !short {
		field = timestamp
	}
	*s = chunkStream{open: true, streamID: streamID, timestamp: timestamp}

	first, next = w.first[:0], w.next[:0]
	next = append(next, 3<<6|chunkStreamID)
	if short {
		first = append(first, 1<<6|chunkStreamID)
	} else {
		first = append(first, chunkStreamID)
	}
	first = appendUint24(first, min(field, extendedTimestamp))
	first = appendUint24(first, uint32(size))
	first = append(first, typeID)
	if !short {
		first = binary.LittleEndian.AppendUint32(first, streamID)
	}
	if field >= extendedTimestamp {
		first = binary.BigEndian.AppendUint32(first, field)
		next = binary.BigEndian.AppendUint32(next, field)
	}
	return first, next
}

// arm sets the write deadline. Setting it costs more than a small message, so it is moved only after a quarter of it has passed.
func (w *chunkWriter) arm() {
	if w.timeout == 0 {
		return
	}
	now := time.Now()
	if w.armed.Sub(now) > w.timeout*3/4 {
		return
	}
	w.armed = now.Add(w.timeout)
	// A connection that takes no deadline is closed, and the write says so.
	_ = w.conn.SetWriteDeadline(w.armed)
}

// flush writes the parts, which begin with what is held.
func (w *chunkWriter) flush() {
	w.arm()
	w.err = w.send()
	w.held = w.held[:0]
}

func (w *chunkWriter) send() error {
	if w.buffer == nil {
		// A field, so that no slice header escapes for each message; WriteTo clears the parts it has written.
		w.out = w.parts
		_, err := w.out.WriteTo(w.conn)
		return err
	}
	for _, part := range w.parts {
		if _, err := w.buffer.Write(part); err != nil {
			return err
		}
	}
	clear(w.parts)
	return w.buffer.Flush()
}

func appendUint24(b []byte, v uint32) []byte {
	return append(b, byte(v>>16), byte(v>>8), byte(v))
}
