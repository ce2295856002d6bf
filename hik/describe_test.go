package hik_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/internal/device/devicetest"
	"mediapusher/internal/netway"
)

// pages is a device that gives fixed pages, and 403 notSupport or 404 for what it has not got.
type pages struct {
	documents map[string]string
	missing   int
}

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	document, ok := p.documents[r.URL.Path]
	switch {
	case ok:
		_, _ = io.WriteString(w, document)
	case p.missing == http.StatusForbidden:
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, status(4, "notSupport"))
	default:
		http.NotFound(w, r)
	}
}

// inspector opens a device that gives these pages.
func (p pages) inspector(t *testing.T) device.Inspector {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	at, err := netip.ParseAddrPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	target := device.Target{Vendor: device.Hikvision, Host: "127.0.0.1", Port: 8000, HTTPPort: int(at.Port())}
	d, err := hik.New(netway.Config{Timeout: 10 * time.Second}).Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return device.InspectorOf(d, target)
}

// describe puts a description into one line for each channel.
func describe(t *testing.T, p pages) (*device.Description, string) {
	t.Helper()
	d, err := p.inspector(t).Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d, devicetest.Words(d.Channels)
}

const (
	info   = "/ISAPI/System/deviceInfo"
	caps   = "/ISAPI/System/capabilities"
	inputs = "/ISAPI/System/Video/inputs/channels"
	list   = "/ISAPI/ContentMgmt/InputProxy/channels"
	state  = "/ISAPI/ContentMgmt/InputProxy/channels/status"
	direct = "/ISAPI/Streaming/channels"
	remote = "/ISAPI/ContentMgmt/StreamingProxy/channels"
)

func identity(kind string) string {
	return "<DeviceInfo><model>M</model><serialNumber>S</serialNumber><firmwareVersion>V4</firmwareVersion><deviceType>" + kind + "</deviceType></DeviceInfo>"
}

func numbers(analog, ip int) string {
	return fmt.Sprintf("<DeviceCap><SysCap><VideoCap><videoInputPortNums>%d</videoInputPortNums></VideoCap></SysCap><RacmCap><inputProxyNums>%d</inputProxyNums></RacmCap></DeviceCap>", analog, ip)
}

func stream(id int, codec string, width, height int) string {
	return fmt.Sprintf("<StreamingChannel><id>%d</id><channelName>stream %d</channelName><Video><videoCodecType>%s</videoCodecType><videoResolutionWidth>%d</videoResolutionWidth>"+
		"<videoResolutionHeight>%d</videoResolutionHeight><videoQualityControlType>CBR</videoQualityControlType><constantBitRate>2048</constantBitRate><vbrUpperCap>4096</vbrUpperCap><maxFrameRate>1250</maxFrameRate></Video></StreamingChannel>",
		id, id, codec, width, height)
}

func TestDescribe(t *testing.T) {
	tests := []struct {
		name  string
		pages pages
		want  string
	}{
		{
			"old firmware without any page",
			pages{map[string]string{info: identity("NVR")}, 404},
			"",
		},
		{
			"only the streams are told",
			pages{map[string]string{
				info: identity("IPCamera"), direct: "<StreamingChannelList>" + stream(101, "H.265", 2560, 1440) + stream(102, "H.264", 640, 360) + "</StreamingChannelList>",
			}, 403},
			"1 stream 101 online=? \"\" ptz=? main=H.265/2560x1440/12.5/2048000 sub=H.264/640x360/12.5/2048000\n",
		},
		{
			// The names are in GBK, although the document says nothing of it; one state stands where some firmware has it.
			"recorder, namespaces, GBK",
			pages{map[string]string{
				info: identity("NVR"), caps: numbers(0, 16),
				list: "<InputProxyChannelList xmlns='http://www.hikvision.com/ver20/XMLSchema'><InputProxyChannel><id>1</id><name>\xb4\xf3\xc3\xc5</name></InputProxyChannel>" +
					"<InputProxyChannel><id>3</id><name>Yard</name></InputProxyChannel><InputProxyChannel><id>4</id><name></name></InputProxyChannel></InputProxyChannelList>",
				state: "<InputProxyChannelStatusList xmlns='urn:psialliance-org'><InputProxyChannelStatus><id>1</id><online>true</online></InputProxyChannelStatus>" +
					"<InputProxyChannelStatus><id>3</id><sourceInputPortDescriptor><online>false</online></sourceInputPortDescriptor><chanDetectResult>netUnreachable</chanDetectResult></InputProxyChannelStatus></InputProxyChannelStatusList>",
				direct: "<StreamingChannelList>" + stream(101, "H.264", 1920, 1080) + stream(401, "", 0, 0) + "</StreamingChannelList>",
				remote: "<StreamingChannelList>" + stream(301, "H.265", 1280, 720) + "</StreamingChannelList>",
				"/ISAPI/ContentMgmt/PTZCtrlProxy/channels/1/capabilities": "<PTZChanelCap><AbsolutePanTiltPositionSpace/></PTZChanelCap>",
			}, 403},
			"33 大门 online=true \"\" ptz=true main=H.264/1920x1080/12.5/2048000 sub=?\n" +
				"35 Yard online=false \"netUnreachable\" ptz=? main=H.265/1280x720/12.5/2048000 sub=?\n" +
				"36 stream 401 online=? \"\" ptz=false main=? sub=?\n",
		},
		{
			"hybrid that counts proxied channels from 1 again",
			pages{map[string]string{
				info: identity("HYBRIDDVR"), caps: numbers(3, 2),
				inputs: "<VideoInputChannelList><VideoInputChannel><id>1</id><name>Gate</name><resDesc>1080P25</resDesc></VideoInputChannel>" +
					"<VideoInputChannel><id>2</id><name>Dark</name><resDesc>NO VIDEO</resDesc></VideoInputChannel>" +
					"<VideoInputChannel><id>3</id><videoInputEnabled>false</videoInputEnabled><name>Off</name><resDesc>960H</resDesc></VideoInputChannel>" +
					"</VideoInputChannelList>",
				list:   "<InputProxyChannelList><InputProxyChannel><id>1</id><name>IP</name></InputProxyChannel></InputProxyChannelList>",
				state:  "<InputProxyChannelStatusList><InputProxyChannelStatus><id>1</id><online>true</online></InputProxyChannelStatus></InputProxyChannelStatusList>",
				direct: "<StreamingChannelList>" + stream(101, "H.264", 704, 576) + "</StreamingChannelList>",
				remote: "<StreamingChannelList>" + stream(101, "H.265", 1280, 720) + "</StreamingChannelList>",
			}, 404},
			"1 Gate online=true \"\" ptz=? main=H.264/704x576/12.5/2048000 sub=?\n" +
				"2 Dark online=false \"NO VIDEO\" ptz=? main=? sub=?\n" +
				"3 Off online=false \"no camera is set up, or it is switched off in the recorder\" ptz=? main=? sub=?\n" +
				"33 IP online=true \"\" ptz=? main=H.265/1280x720/12.5/2048000 sub=?\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, got := describe(t, tt.pages)
			if got != tt.want {
				t.Errorf("channels\n%s\nwant\n%s", got, tt.want)
			}
			if d.Model != "M" || d.ClockOffset != nil || !d.Time.IsZero() || d.TimeZone != "" {
				t.Errorf("%+v", d)
			}
		})
	}
}

func TestDescribeClock(t *testing.T) {
	now := time.Now().UTC()
	east := now.Add(8 * time.Hour)
	for name, test := range map[string]struct {
		document, zone string
		known          bool
	}{
		"with an offset":      {"<Time><localTime>" + east.Format("2006-01-02T15:04:05") + "+08:00</localTime><timeZone>CST-8:00:00</timeZone></Time>", "UTC+08:00", true},
		"zone of POSIX":       {"<Time><localTime>" + east.Format("2006-01-02T15:04:05") + "</localTime><timeZone>CST-8:00:00</timeZone></Time>", "UTC+08:00", true},
		"daylight saving":     {"<Time><localTime>" + east.Format("2006-01-02T15:04:05") + "</localTime><timeZone>EET-7:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/02:00:00</timeZone></Time>", "UTC+07:00", true},
		"no zone at all":      {"<Time><localTime>" + time.Now().Format("2006-01-02T15:04:05") + "</localTime></Time>", "", true},
		"no time that counts": {"<Time><localTime>yesterday</localTime></Time>", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := describe(t, pages{map[string]string{info: identity("NVR"), "/ISAPI/System/time": test.document}, 404})
			if (d.ClockOffset != nil) != test.known || test.known && d.ClockOffset.Abs() > 20*time.Second || d.TimeZone != test.zone {
				t.Errorf("%v in %q, offset %v", d.Time, d.TimeZone, d.ClockOffset)
			}
		})
	}
}

// Whatever a device lists: streams stay bounded, their numbers in range, and words printable.
func FuzzStreams(f *testing.F) {
	f.Add([]byte("<StreamingChannelList>"+stream(101, "H.265", 2560, 1440)+stream(102, "", 99999, -1)+"</StreamingChannelList>"), 0)
	f.Add([]byte("<StreamingChannelList><StreamingChannel><id>65535</id><Video><videoCodecType>\xb4\xf3</videoCodecType><maxFrameRate>1e400</maxFrameRate></Video></StreamingChannel></StreamingChannelList>"), 16)
	f.Fuzz(func(t *testing.T, body []byte, shift int) {
		if words := hik.ReadStreams(body, min(max(shift, 0), 1024)); words != "" {
			t.Error(words)
		}
	})
}

// Recorders give pictures at one page or the other, of one stream or the other.
func TestSnapshotPages(t *testing.T) {
	const picture = "\xff\xd8\xff\xe0 picture"
	whole := map[string]string{info: identity("NVR"), caps: numbers(0, 4), "/SDK/capabilities": "<SDKCap><ipChanBase>33</ipChanBase></SDKCap>"}
	for page, ok := range map[string]bool{
		"/ISAPI/Streaming/channels/201/picture":                  true,
		"/ISAPI/Streaming/channels/202/picture":                  true,
		"/ISAPI/ContentMgmt/StreamingProxy/channels/201/picture": true,
		"/ISAPI/Streaming/channels/101/picture":                  false,
	} {
		documents := map[string]string{page: picture}
		maps.Copy(documents, whole)
		got, err := pages{documents, 403}.inspector(t).Snapshot(t.Context(), 34)
		var failure *device.Error
		switch {
		case ok && (err != nil || string(got) != picture):
			t.Errorf("%s: %q, %v", page, got, err)
		case !ok && (!errors.As(err, &failure) || failure.Kind != device.KindUnsupported || failure.Code != 403):
			t.Errorf("%s: %v", page, err)
		}
	}
}
