package nvrsim_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"

	"mediapusher/internal/nvrsim"
)

// get asks with digest, or without credentials where password is empty.
func get(t *testing.T, r *nvrsim.Recorder, password, target string) (status int, body string, header http.Header) {
	t.Helper()
	plain := &http.Transport{}
	defer plain.CloseIdleConnections()
	client := &http.Client{Transport: plain, Timeout: patience}
	if password != "" {
		client.Transport = &digest.Transport{Username: "admin", Password: password, Transport: plain}
	}
	res, err := client.Get("http://" + r.HTTPAddr() + target)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.Close { // net/http takes the header away
		res.Header.Set("Connection", "close")
	}
	return res.StatusCode, string(text), res.Header
}

const rightPassword = "demo12345"

func TestPages(t *testing.T) {
	hikvision := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Namespace: nvrsim.NamespacePSIA})
	hybrid := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision, Analog: 2, NoSDKCapabilities: true})
	dahua := start(t, nvrsim.Config{Vendor: nvrsim.Dahua})
	_, hikvisionRTSP, _ := strings.Cut(hikvision.RTSPAddr(), ":")
	_, dahuaRTSP, _ := strings.Cut(dahua.RTSPAddr(), ":")
	const cgi = "/cgi-bin/configManager.cgi?action=getConfig&name="
	for _, c := range []struct {
		r      *nvrsim.Recorder
		target string
		status int
		want   string
	}{
		{hikvision, "/ISAPI/System/deviceInfo", 200, `<DeviceInfo version="2.0" xmlns="urn:psialliance-org">`},
		{hikvision, "/ISAPI/System/capabilities", 200, "<inputProxyNums>6</inputProxyNums>"},
		{hikvision, "/ISAPI/Security/userCheck", 200, "<statusValue>200</statusValue>"},
		{hikvision, "/ISAPI/Security/adminAccesses", 200, "<protocol>RTSP</protocol>\r\n<portNo>" + hikvisionRTSP + "</portNo>"},
		{hikvision, "/ISAPI/System/Video/inputs/channels", 403, "<subStatusCode>notSupport</subStatusCode>"},
		{hybrid, "/ISAPI/System/Video/inputs/channels", 200, "<id>2</id>"},
		{hybrid, "/ISAPI/ContentMgmt/InputProxy/channels", 200, `size="4">` + "\r\n<InputProxyChannel>\r\n<id>3</id>"},
		{hikvision, "/ISAPI/ContentMgmt/InputProxy/channels/status", 200, "<id>6</id>\r\n<online>false</online>"},
		{hikvision, "/ISAPI/Streaming/channels", 200, "<videoCodecType>H.265</videoCodecType>"},
		{hikvision, "/ISAPI/Streaming/channels/402", 200, "<videoResolutionWidth>320</videoResolutionWidth>"},
		{hikvision, "/ISAPI/Streaming/channels/9901", 400, "<statusCode>6</statusCode>"},
		{hikvision, "/ISAPI/ContentMgmt/StreamingProxy/channels", 200, "<id>101</id>"},
		{hikvision, "/SDK/capabilities", 200, "<ipChanBase>33</ipChanBase>"},
		{hybrid, "/SDK/capabilities", 403, "<errorCode>1073741825</errorCode>"},
		{hikvision, "/ISAPI/Nothing", 403, "<statusCode>4</statusCode>"},

		{dahua, "/cgi-bin/magicBox.cgi?action=getSystemInfo", 200, "updateSerial=DHI-NVR4216-16P-4KS2\r\n"},
		{dahua, "/cgi-bin/magicBox.cgi?action=getDeviceType", 200, "type=DHI-NVR4216-16P-4KS2\r\n"},
		{dahua, "/cgi-bin/magicBox.cgi?action=getSoftwareVersion", 200, ",build:2021-08-19\r\n"},
		{dahua, "/cgi-bin/magicBox.cgi?action=nothing", 400, "Error"},
		{dahua, cgi + "RTSP", 200, "table.RTSP.Port=" + dahuaRTSP + "\r\n"},
		{dahua, cgi + "DVRIP", 200, "table.DVRIP.TCPPort=37777\r\n"},
		{dahua, cgi + "ChannelTitle", 200, "table.ChannelTitle[0].Name=Camera 01\r\n"},
		{dahua, cgi + "Encode", 200, "table.Encode[3].MainFormat[0].Video.Compression=H.265\r\n"},
		{dahua, cgi + "RemoteDevice", 200, "System_CONFIG_NETCAMERA_INFO_0.Address=192.0.2.1\r\n"},
		{dahua, cgi + "Nothing", 400, "Error:"},
		{dahua, "/nothing", 404, "Error"},

		{hikvision, "/ISAPI/Streaming/channels/101/picture", 200, "\xff\xd8\xff"},
		{hikvision, "/ISAPI/ContentMgmt/StreamingProxy/channels/402/picture", 200, "\xff\xd8\xff"},
		{hikvision, "/ISAPI/Streaming/channels/601/picture", 500, "deviceError"},
		{hikvision, "/ISAPI/Streaming/channels/9901/picture", 400, "badParameters"},
		{hikvision, "/ISAPI/ContentMgmt/PTZCtrlProxy/channels/1/capabilities", 200, "<PTZChanelCap"},
		{hybrid, "/ISAPI/ContentMgmt/PTZCtrlProxy/channels/1/capabilities", 403, "notSupport"},
		{hikvision, "/ISAPI/PTZCtrl/channels/99/capabilities", 403, "notSupport"},
		{dahua, "/cgi-bin/snapshot.cgi?channel=1", 200, "\xff\xd8\xff"},
		{dahua, "/cgi-bin/snapshot.cgi?channel=6", 400, "Error"},
		{dahua, "/cgi-bin/snapshot.cgi?channel=0", 400, "Error"},
		{dahua, "/cgi-bin/global.cgi?action=getCurrentTime", 200, "result=20"},
		{dahua, "/cgi-bin/global.cgi?action=nothing", 400, "Error"},
		{dahua, "/cgi-bin/ptz.cgi?action=getCurrentProtocolCaps&channel=1", 200, "caps.Tile=true\r\n"},
		{dahua, "/cgi-bin/ptz.cgi?action=getCurrentProtocolCaps&channel=0", 400, "Error"},
		{dahua, "/cgi-bin/LogicDeviceManager.cgi?action=getCameraState&uniqueChannels[0]=-1", 200, "states[5].connectionState=Unconnect\r\n"},
		{dahua, cgi + "NTP", 200, "table.NTP.TimeZone=0\r\n"},
	} {
		status, body, _ := get(t, c.r, rightPassword, c.target)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d, want %d with %q:\n%s", c.target, status, c.status, c.want, body)
		}
	}
	if n := hikvision.Counts().LoginsRefused; n != 0 {
		t.Errorf("%d refused logins", n)
	}
}

func TestAuthentication(t *testing.T) {
	for _, vendor := range []string{nvrsim.Hikvision, nvrsim.Dahua} {
		for auth, want := range map[nvrsim.Auth]string{
			nvrsim.DigestMD5:        `qop="auth"`,
			nvrsim.DigestMD5Bare:    "Digest",
			nvrsim.DigestSHA256:     "SHA-256",
			nvrsim.DigestMD5OrBasic: "Digest",
		} {
			t.Run(fmt.Sprint(vendor, " ", auth), func(t *testing.T) {
				r := start(t, nvrsim.Config{Vendor: vendor, Auth: auth})
				target := "/ISAPI/System/deviceInfo"
				if vendor == nvrsim.Dahua {
					target = "/cgi-bin/magicBox.cgi?action=getDeviceType"
				}
				status, _, header := get(t, r, "", target)
				if status != 401 || !strings.Contains(header.Get("WWW-Authenticate"), want) {
					t.Errorf("without password: %d %q", status, header)
				}
				if got := header.Get("Connection") == "close"; got != (vendor == nvrsim.Dahua) {
					t.Errorf("Connection: %q", header.Get("Connection"))
				}
				if status, body, _ := get(t, r, rightPassword, target); status != 200 {
					t.Errorf("right password: %d %s", status, body)
				}
				if status, _, _ := get(t, r, "wrong", target); status != 401 {
					t.Errorf("wrong password: %d", status)
				}
				if c := r.Counts(); c.LoginsAccepted != 1 || c.LoginsRefused != 1 {
					t.Errorf("counts: %+v", c)
				}
			})
		}
	}
}

func TestLockOut(t *testing.T) {
	for _, c := range []struct {
		vendor string
		faults nvrsim.Faults
		target string
		status int
		body   string
	}{
		{nvrsim.Hikvision, nvrsim.Faults{}, "/ISAPI/System/deviceInfo", 401, "<lockStatus>lock</lockStatus>"},
		{nvrsim.Hikvision, nvrsim.Faults{LockedForbidden: true}, "/ISAPI/System/deviceInfo", 403, "<unlockTime>1800</unlockTime>"},
		{nvrsim.Dahua, nvrsim.Faults{}, "/cgi-bin/magicBox.cgi?action=getVendor", 403, "locked"},
	} {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		r := start(t, nvrsim.Config{Vendor: c.vendor, LockAfter: 2, Faults: c.faults, Clock: func() time.Time { return now }})
		if status, body, _ := get(t, r, "wrong", c.target); status != 401 ||
			c.vendor == nvrsim.Hikvision && !strings.Contains(body, "<retryLoginTime>1</retryLoginTime>") {
			t.Errorf("%s: first wrong password: %d %s", c.vendor, status, body)
		}
		if status, body, _ := get(t, r, "wrong", c.target); status != c.status || !strings.Contains(body, c.body) {
			t.Errorf("%s: second wrong password: %d %s", c.vendor, status, body)
		}
		if status, _, _ := get(t, r, rightPassword, c.target); status != c.status {
			t.Errorf("%s: right password while locked: %d", c.vendor, status)
		}
		r.Unlock()
		if status, _, _ := get(t, r, rightPassword, c.target); status != 200 {
			t.Errorf("%s: right password after: %d", c.vendor, status)
		}
	}
}

func TestHTTPFaults(t *testing.T) {
	r := start(t, nvrsim.Config{Vendor: nvrsim.Hikvision})
	client := &http.Client{Timeout: 200 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func() error {
		res, err := client.Get("http://" + r.HTTPAddr() + "/ISAPI/System/deviceInfo")
		if err != nil {
			return err
		}
		return res.Body.Close()
	}
	r.SetFaults(nvrsim.Faults{HTTPHang: true})
	if err := ask(); err == nil {
		t.Error("an answer while it hangs")
	}
	r.SetFaults(nvrsim.Faults{HTTPRefuse: true})
	if err := ask(); err == nil {
		t.Error("an answer while it refuses")
	}
	r.SetFaults(nvrsim.Faults{HTTPStatus: 503})
	if status, body, _ := get(t, r, rightPassword, "/ISAPI/System/deviceInfo"); status != 503 || !strings.Contains(body, "deviceBusy") {
		t.Errorf("%d %s", status, body)
	}
	r.SetFaults(nvrsim.Faults{})
	if status, _, _ := get(t, r, rightPassword, "/ISAPI/System/deviceInfo"); status != 200 {
		t.Errorf("%d after the faults", status)
	}
}

// Dahua takes a nonce once; the second use is answered by a new challenge, on some firmware by 403. Hikvision takes it again. Neither
// counts as a wrong password.
func TestNonceAgain(t *testing.T) {
	for _, c := range []struct {
		vendor, target string
		faults         nvrsim.Faults
		second         int
	}{
		{nvrsim.Hikvision, "/ISAPI/System/deviceInfo", nvrsim.Faults{StaleForbidden: true}, 200},
		{nvrsim.Dahua, "/cgi-bin/magicBox.cgi?action=getVendor", nvrsim.Faults{}, 200},
		{nvrsim.Dahua, "/cgi-bin/magicBox.cgi?action=getVendor", nvrsim.Faults{StaleForbidden: true}, 403},
	} {
		r := start(t, nvrsim.Config{Vendor: c.vendor, Faults: c.faults})
		plain := &http.Transport{}
		client := &http.Client{Timeout: patience, Transport: &digest.Transport{
			Username: "admin", Password: rightPassword, Transport: plain,
		}}
		for i, want := range []int{200, c.second} {
			res, err := client.Get("http://" + r.HTTPAddr() + c.target)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("%s %+v: request %d: %d, want %d", c.vendor, c.faults, i, res.StatusCode, want)
			}
		}
		plain.CloseIdleConnections()
		if n := r.Counts().LoginsRefused; n != 0 {
			t.Errorf("%s: %d refused logins", c.vendor, n)
		}
	}
}
