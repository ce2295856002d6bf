package hik_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mediapusher/hik"
	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
)

func TestNamespaces(t *testing.T) {
	for _, namespace := range []string{
		"http://www.isapi.org/ver20/XMLSchema", "http://www.hikvision.com/ver20/XMLSchema", "http://www.hikvision.com/ver10/XMLSchema",
		"urn:psialliance-org", "",
	} {
		body := fmt.Sprintf(`<?xml version="1.0" encoding="GB2312"?><DeviceInfo version="2.0" xmlns=%q><x/><model> DS-7616NI </model></DeviceInfo>`, namespace)
		if model, err := hik.Model([]byte(body)); err != nil || strings.TrimSpace(model) != "DS-7616NI" {
			t.Errorf("namespace %q: %q, %v", namespace, model, err)
		}
	}
	for _, body := range []string{"", "<html><body>login</body></html>", "<DeviceInfo><model>x", "{}"} {
		if _, err := hik.Model([]byte(body)); err == nil {
			t.Errorf("%q was taken for a DeviceInfo", body)
		}
	}
}

func TestAdminAccesses(t *testing.T) {
	entry := func(body string) string { return "<AdminAccessProtocol>" + body + "</AdminAccessProtocol>" }
	tests := []struct {
		name    string
		entries string
		want    int
	}{
		{"usual", entry("<protocol>HTTP</protocol><portNo>80</portNo>") + entry("<enabled>true</enabled><protocol>RTSP</protocol><portNo>10554</portNo>"), 10554},
		{"enabled missing", entry("<protocol>RTSP</protocol><portNo> 554 </portNo>"), 554},
		{"switched off", entry("<enabled>false</enabled><protocol>RTSP</protocol><portNo>554</portNo>"), 0},
		{"lower case", entry("<protocol>rtsp</protocol><portNo>8554</portNo>"), 8554},
		{"no port", entry("<protocol>RTSP</protocol>") + entry("<protocol>Bonjour</protocol>"), 0},
		{"port out of range", entry("<protocol>RTSP</protocol><portNo>99999</portNo>"), 0},
		{"none", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			port, ok := hik.RTSPPort([]byte("<AdminAccessProtocolList>" + tt.entries + "</AdminAccessProtocolList>"))
			if port != tt.want || ok != (tt.want != 0) {
				t.Errorf("port %d, %v; want %d", port, ok, tt.want)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	status := func(code int, sub string) string {
		return fmt.Sprintf("<ResponseStatus><statusCode>%d</statusCode><statusString>Text</statusString><subStatusCode>%s</subStatusCode></ResponseStatus>", code, sub)
	}
	tests := []struct {
		name   string
		answer httpdigest.Answer
		want   device.Kind
		words  string
		wait   time.Duration
	}{
		{"tries left", httpdigest.Answer{Status: 401, Attempts: 1, Body: []byte(
			`<userCheck xmlns="http://www.isapi.org/ver20/XMLSchema"><statusValue>401</statusValue><isIllegalLogin>true</isIllegalLogin><retryLoginTime>4</retryLoginTime><lockStatus>unlock</lockStatus></userCheck>`,
		)}, device.KindAuth, "4 tries left", 0},
		{"no body", httpdigest.Answer{Status: 401, Attempts: 1}, device.KindAuth, "refused", 0},
		{"locked, 401", httpdigest.Answer{Status: 401, Attempts: 1, Body: []byte(`<userCheck><lockStatus>lock</lockStatus><unlockTime>1799</unlockTime></userCheck>`)}, device.KindLocked, "29m59s", 1799 * time.Second},
		{"locked, 403", httpdigest.Answer{Status: 403, Body: []byte(`<userCheck><lockStatus>lock</lockStatus></userCheck>`)}, device.KindLocked, "locked", 0},
		{"basic only", httpdigest.Answer{Status: 401, Offered: "Basic"}, device.KindUnsupported, "basic_auth", 0},
		{"no right", httpdigest.Answer{Status: 403, Attempts: 1, Body: []byte(status(4, "lowPrivilege"))}, device.KindAuth, "lowPrivilege", 0},
		{"not activated", httpdigest.Answer{Status: 403, Attempts: 1, Body: []byte(status(4, "notActivated"))}, device.KindUnsupported, "activated", 0},
		{"busy by 403", httpdigest.Answer{Status: 403, Attempts: 1, Body: []byte(status(2, "deviceBusy"))}, device.KindBusy, "deviceBusy", 0},
		{"busy by 503", httpdigest.Answer{Status: 503}, device.KindBusy, "busy", 0},
		{"not there", httpdigest.Answer{Status: 403, Body: []byte(status(4, "notSupport"))}, device.KindUnsupported, "notSupport", 0},
		{"web page", httpdigest.Answer{Status: 404, Body: []byte("<html>secret page</html>")}, device.KindProtocol, "unexpected", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind, words, wait := hik.Explain(&tt.answer)
			if kind != tt.want || !strings.Contains(words, tt.words) || wait != tt.wait || strings.Contains(words, "page") {
				t.Errorf("%v %q %v; want %v, %q, %v", kind, words, wait, tt.want, tt.words, tt.wait)
			}
		})
	}
}

// Whatever XML a device sends: lists stay bounded, numbers in range, words printable and short.
func FuzzXML(f *testing.F) {
	f.Add([]byte(`<InputProxyChannelList size="2"><InputProxyChannel><id>1</id></InputProxyChannel><InputProxyChannel><id>-7</id></InputProxyChannel></InputProxyChannelList>`))
	f.Add([]byte(`<userCheck><lockStatus>lock</lockStatus><unlockTime>99999999999999</unlockTime></userCheck>`))
	f.Add([]byte(`<AdminAccessProtocolList><AdminAccessProtocol><protocol>RTSP</protocol><portNo>554</portNo></AdminAccessProtocol></AdminAccessProtocolList>`))
	f.Add([]byte("<a:ResponseStatus xmlns:a='x'><statusCode>2</statusCode>\x00\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		ids, _ := hik.ProxyIDs(body)
		if len(ids) > hik.MaxItems {
			t.Errorf("%d channels", len(ids))
		}
		for _, id := range ids {
			if id < 1 || id > 65535 {
				t.Errorf("channel %d", id)
			}
		}
		if port, ok := hik.RTSPPort(body); ok && (port < 1 || port > 65535) {
			t.Errorf("port %d", port)
		}
		for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTeapot} {
			kind, words, wait := hik.Explain(&httpdigest.Answer{Status: status, Attempts: 1, Body: body})
			if wait < 0 || wait > 0 && kind != device.KindLocked || len(words) > 300 || strings.ContainsAny(words, "\r\n\x00") {
				t.Errorf("%v %q %v", kind, words, wait)
			}
		}
		// What is listed can be asked for, and two channels never share a number.
		seen := map[int]bool{}
		facts := hik.Facts{Analog: len(body) % 5, IP: -1, Base: -1, Listed: ids, Told: true}
		if len(ids) == 0 && facts.Analog == 0 {
			return // guessed: small numbers and those from 33 both mean the first channels
		}
		for sdk := range 100 {
			if number, err := facts.Translate(sdk); err == nil {
				if seen[number] {
					t.Errorf("channel %d has the number of another, %d", sdk, number)
				}
				seen[number] = true
			}
		}
	})
}
