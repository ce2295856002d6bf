package pusher

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
)

// Transaction ids of the commands that a publish begins with.
const (
	transactionConnect = iota + 1
	transactionRelease
	transactionFCPublish
	transactionCreateStream
	transactionPublish
	transactionFCUnpublish
	transactionDeleteStream
)

// flashVersion makes SRS and others take the client for Flash Media Live Encoder, whose publish only FCUnpublish ends; the publish
// of a Flash player is ended by any command.
const flashVersion = "FMLE/3.0 (compatible; mediaPusher)"

var errStreamID = errors.New("createStream is answered without a stream id")

// connectObject is the argument of connect (RTMP 1.0, section 7.2.1.1), with the fourCcList of enhanced RTMP. The structure of
// go-rtmp has no field for that.
type connectObject struct {
	App           string   `amf0:"app"`
	Type          string   `amf0:"type"`
	FlashVersion  string   `amf0:"flashVer"`
	TCURL         string   `amf0:"tcUrl"`
	Fpad          bool     `amf0:"fpad"`
	Capabilities  float64  `amf0:"capabilities"`
	AudioCodecs   float64  `amf0:"audioCodecs"`
	VideoCodecs   float64  `amf0:"videoCodecs"`
	VideoFunction float64  `amf0:"videoFunction"`
	FourCCList    []string `amf0:"fourCcList"`
}

// negotiation takes a connection from the end of the handshake to an accepted publish.
type negotiation struct {
	point *publishPoint
	in    *inbound
	out   *chunkWriter

	server   serverInfo
	streamID uint32
}

// run returns the step that failed and why.
func (n *negotiation) run() (step string, err error) {
	if err := n.connect(); err != nil {
		return StepConnect, err
	}
	if err := n.createStream(); err != nil {
		return StepCreateStream, err
	}
	return StepPublish, n.publish()
}

func (n *negotiation) connect() error {
	size := binary.BigEndian.AppendUint32(nil, chunkSize)
	if err := n.out.write(chunkControl, typeSetChunkSize, 0, 0, size); err != nil {
		return err
	}
	err := n.out.command(0, "connect", transactionConnect, connectObject{
		App:          n.point.app,
		Type:         "nonprivate",
		FlashVersion: flashVersion,
		TCURL:        n.point.tcURL,
		Capabilities: 239,
		AudioCodecs:  0x0400, // AAC
		VideoCodecs:  0x0080, // H.264
		FourCCList:   []string{"hvc1"},
	})
	if err != nil {
		return err
	}
	answer, err := n.await(StepConnect, func(c *command) bool { return answers(c, transactionConnect) })
	if err != nil {
		return err
	}
	n.server = readServerInfo(answer)
	return nil
}

// createStream also announces the name as Flash Media Live Encoder does. The answers to that are not waited for: some servers give
// none, some refuse what they do not know.
func (n *negotiation) createStream() error {
	err := n.out.command(0, "releaseStream", transactionRelease, nil, n.point.name)
	if err == nil {
		err = n.out.command(0, "FCPublish", transactionFCPublish, nil, n.point.name)
	}
	if err == nil {
		err = n.out.command(0, "createStream", transactionCreateStream, nil)
	}
	if err != nil {
		return err
	}
	answer, err := n.await(StepCreateStream, func(c *command) bool { return answers(c, transactionCreateStream) })
	if err != nil {
		return err
	}
	if len(answer.args) > 0 {
		id, ok := answer.args[len(answer.args)-1].(float64)
		if ok && id >= 0 && id <= math.MaxUint32 {
			n.streamID = uint32(id)
			return nil
		}
	}
	return errStreamID
}

func (n *negotiation) publish() error {
	err := n.out.command(n.streamID, "publish", transactionPublish, nil, n.point.name, "live")
	if err != nil {
		return err
	}
	_, err = n.await(StepPublish, func(c *command) bool {
		return c.name == "onStatus" && c.text("code") == "NetStream.Publish.Start"
	})
	return err
}

// await reads until the wanted command. A refusal meanwhile ends it, unless it is that of a command whose answer nobody needs.
func (n *negotiation) await(step string, wanted func(*command) bool) (*command, error) {
	for {
		c, err := n.in.next()
		switch {
		case err != nil:
			return nil, err
		case c.failed() && !answers(c, transactionRelease) && !answers(c, transactionFCPublish):
			return nil, n.point.refusal(step, c)
		case wanted(c):
			return c, nil
		}
	}
}

// refusal is the error that a server's refusal makes.
func (p *publishPoint) refusal(step string, c *command) *Error {
	return &Error{Address: p.address, Step: step, Words: printable(p.redact(c.words()))}
}

// answers tells whether the command is the answer to a transaction.
func answers(c *command, transaction int64) bool {
	return (c.name == "_result" || c.name == "_error") && c.transaction == transaction
}

// command sends a command (RTMP 1.0, section 7.1.1).
func (w *chunkWriter) command(streamID uint32, name string, transaction int, args ...any) error {
	var body bytes.Buffer
	if err := encodeAMF(&body, append([]any{name, transaction}, args...)...); err != nil {
		return err
	}
	return w.write(chunkCommand, typeCommand, streamID, 0, body.Bytes())
}
