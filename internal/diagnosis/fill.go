package diagnosis

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"

	"mediapusher/internal/device"
	"mediapusher/pusher"
	"mediapusher/task"
)

// maxSaid bounds what of a device's or a server's words stands in a sentence, in characters.
const maxSaid = 240

// filler returns what puts the facts of a finding into a text.
func (e *examination) filler(f finding) func(Text) Text {
	t := &e.trace
	at := t.Address
	var said *device.Error
	if errors.As(f.err, &said) && said.Address != "" {
		at = said.Address
	}
	host := at
	if h, _, err := net.SplitHostPort(at); err == nil {
		host = h
	}
	both := []string{
		"{at}", at, "{address}", t.Address, "{host}", host, "{channel}", strconv.Itoa(t.Channel), "{stream}", t.Stream, "{session}", t.ID,
		"{wayreason}", line(t.WayReason), "{dropped}", strconv.FormatUint(t.Dropped, 10), "{api}", e.view.API,
	}
	vendor, server, step, way := vendorName(t.Vendor), e.server(f.err), stepNames[f.step], wayName(t.Way)
	var retry time.Duration
	if said != nil {
		retry = said.RetryAfter
	}
	sent := t.LastFrame
	if sent.IsZero() {
		sent = t.Started
	}
	keyAge, frameAge, endAge := age(e.since(t.LastKeyFrame)), age(e.since(sent)), age(e.since(t.EndedAt))
	en := strings.NewReplacer(append([]string{
		"{device}", vendor.EN + " " + t.Address, "{vendor}", vendor.EN, "{way}", way.EN, "{server}", server.EN, "{step}", step.EN,
		"{retry}", before(" ", span(retry).EN), "{keyage}", keyAge.EN, "{frameage}", frameAge.EN, "{endage}", endAge.EN,
		"{said}", before(" Details: ", own(f.err)), "{viewers}", e.viewers().EN,
	}, both...)...)
	zh := strings.NewReplacer(append([]string{
		"{device}", vendor.ZH + " " + t.Address, "{vendor}", vendor.ZH, "{way}", way.ZH, "{server}", server.ZH, "{step}", step.ZH,
		"{retry}", before(" ", span(retry).ZH), "{keyage}", keyAge.ZH, "{frameage}", frameAge.ZH, "{endage}", endAge.ZH,
		"{said}", before("详细信息：", own(f.err)), "{viewers}", e.viewers().ZH,
	}, both...)...)
	return func(text Text) Text { return Text{en.Replace(text.EN), zh.Replace(text.ZH)} }
}

// before puts words before a text that is not empty.
func before(words, text string) string {
	if text == "" {
		return ""
	}
	return words + text
}

// own are the words of who failed: the device's meaning with its code, the server's words, or else the error's text.
func own(err error) string {
	var said *device.Error
	var server *pusher.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &said):
		text := said.Meaning
		if text == "" && said.Err != nil {
			text = said.Err.Error()
		}
		if text == "" {
			text = said.Kind.String()
		}
		if said.Code != 0 {
			text += fmt.Sprintf(" (%d)", said.Code)
		}
		return line(text)
	case errors.As(err, &server) && server.Words != "":
		return line(server.Words)
	case errors.As(err, &server) && errors.Is(server.Err, io.EOF):
		return server.Step + ": the server closed the connection"
	case errors.As(err, &server) && server.Err != nil:
		return line(server.Step + ": " + server.Err.Error())
	default:
		return line(err.Error())
	}
}

// line makes one line of a text, not too long.
func line(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(text); len(runes) > maxSaid {
		return string(runes[:maxSaid-1]) + "…"
	}
	return text
}

// server is the address of the media server as a person knows it.
func (e *examination) server(err error) Text {
	if e.view.Kind == KindEmbedded {
		return Text{"the embedded server", "内置流媒体服务器"}
	}
	var failed *pusher.Error
	switch {
	case e.view.Address != "":
		return Text{e.view.Address, e.view.Address}
	case errors.As(err, &failed) && failed.Address != "":
		return Text{failed.Address, failed.Address}
	case e.trace.Server != "":
		return Text{line(e.trace.Server), line(e.trace.Server)}
	default:
		return Text{"rtmp.publish_url", "rtmp.publish_url"}
	}
}

// viewers is a sentence on who plays the stream, empty where nobody knows.
func (e *examination) viewers() Text {
	switch {
	case !e.view.Known || !e.view.Publishing:
		return Text{}
	case e.view.Viewers == 0:
		return Text{" No player is connected to it now.", "目前没有播放端连接。"}
	case e.view.Viewers == 1:
		return Text{" 1 player is connected to it.", "目前有 1 个播放端。"}
	default:
		n := strconv.Itoa(e.view.Viewers)
		return Text{" " + n + " players are connected to it.", "目前有 " + n + " 个播放端。"}
	}
}

func vendorName(vendor device.Vendor) Text {
	switch vendor {
	case device.Hikvision:
		return Text{"Hikvision", "海康威视"}
	case device.Dahua:
		return Text{"Dahua", "大华"}
	default:
		return Text{string(vendor), string(vendor)}
	}
}

// wayName names a way to a recorder for people.
func wayName(way string) Text {
	switch way {
	case device.WaySDK:
		return Text{"the maker's SDK", "厂家 SDK"}
	case device.WayNet:
		return Text{"HTTP and RTSP", " HTTP 和 RTSP"}
	case device.WayRTSP:
		return Text{"RTSP alone", " RTSP（没有 HTTP）"}
	default:
		return Text{way, way}
	}
}

// since is how long ago a moment was, 0 for none.
func (e *examination) since(at time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	return max(e.now.Sub(at), 0)
}

// span is a time span in words; empty for none.
func span(d time.Duration) Text {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	switch {
	case d <= 0:
		return Text{}
	case d < 10*time.Second:
		n := number(float64(d.Round(100*time.Millisecond)) / float64(time.Second))
		return Text{n + " s", n + " 秒"}
	case d < 2*time.Minute:
		n := number(d.Round(time.Second).Seconds())
		return Text{n + " s", n + " 秒"}
	default:
		n := number(d.Round(time.Minute).Minutes())
		return Text{n + " min", n + " 分钟"}
	}
}

// age is a time span that may be none at all.
func age(d time.Duration) Text { return span(max(d, 100*time.Millisecond)) }

// seconds are down to a millisecond; nil for no moment.
func (e *examination) seconds(at time.Time) *float64 {
	if at.IsZero() {
		return nil
	}
	s := float64(e.since(at).Milliseconds()) / 1000
	return &s
}

// took is how long a step that is over took.
func took(p task.Passage) *float64 {
	if p.State != task.PassageDone && p.State != task.PassageFailed || p.Began.IsZero() || p.Ended.IsZero() {
		return nil
	}
	s := float64(max(p.Ended.Sub(p.Began), 0).Milliseconds()) / 1000
	return &s
}
