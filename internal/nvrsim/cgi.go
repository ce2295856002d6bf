package nvrsim

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"mediapusher/internal/nvrsim/clips"
)

// dahuaError is the body of requests that cannot be answered.
const dahuaError = "Error\r\nBad Request!\r\n"

// cgi returns the pages of a Dahua recorder behind the password: lines of key=value ended by CR LF.
func (r *Recorder) cgi(ctx context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/cgi-bin/magicBox.cgi", r.magicBox)
	mux.HandleFunc("/cgi-bin/configManager.cgi", r.configManager)
	mux.HandleFunc("/cgi-bin/mediaFileFind.cgi", func(w http.ResponseWriter, req *http.Request) { r.mediaFileFind(ctx, w, req) })
	mux.HandleFunc("/cgi-bin/ptz.cgi", func(w http.ResponseWriter, req *http.Request) {
		if !r.ptzCaps(w, req) {
			r.ptzCGI(ctx, w, req)
		}
	})
	mux.HandleFunc("/cgi-bin/global.cgi", r.global)
	mux.HandleFunc("/cgi-bin/snapshot.cgi", r.snapshotCGI)
	mux.HandleFunc("/cgi-bin/LogicDeviceManager.cgi", r.logicDevices)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		sendText(w, http.StatusNotFound, "Error\r\nNot Found!\r\n")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if slices.Contains(r.cfg.NoPages, req.URL.Path) {
			sendText(w, http.StatusNotFound, "Error\r\nNot Found!\r\n")
			return
		}
		mux.ServeHTTP(w, req)
	})
}

func sendText(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // a client that is gone needs no answer
}

// turnAwayDahua answers what the gate does not let in.
func turnAwayDahua(w http.ResponseWriter, v verdict, status int) {
	switch {
	case v == accepted:
		sendText(w, status, dahuaError)
	case v == locked:
		sendText(w, status, "Error\r\nUser or client is locked!\r\n")
	case status == http.StatusForbidden:
		sendText(w, status, "Error\r\nAuthority:check failure.\r\n")
	default:
		sendText(w, status, "Error\r\nInvalid Authority!\r\n")
	}
}

func (r *Recorder) magicBox(w http.ResponseWriter, req *http.Request) {
	// The model stands in updateSerial; deviceType is a bare number on recorders.
	lines, ok := map[string]string{
		"getSystemInfo": "appAutoStart=true\r\ndeviceType=31\r\nhardwareVersion=V1.0\r\nprocessor=ST7108\r\n" +
			"serialNumber=4F0123CPAZ00001\r\nupdateSerial=DHI-NVR4216-16P-4KS2\r\n",
		"getDeviceType":      "type=DHI-NVR4216-16P-4KS2\r\n",
		"getSoftwareVersion": "version=4.001.0000005.2,build:2021-08-19\r\n",
		"getMachineName":     "name=NVR\r\n",
		"getVendor":          "vendor=Dahua\r\n",
		"getSerialNo":        "sn=4F0123CPAZ00001\r\n",
	}[req.URL.Query().Get("action")]
	if !ok {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	sendText(w, http.StatusOK, lines)
}

func (r *Recorder) configManager(w http.ResponseWriter, req *http.Request) {
	query := req.URL.Query()
	name := query.Get("name")
	if query.Get("action") != "getConfig" || name == "" {
		sendText(w, http.StatusBadRequest, dahuaError)
		return
	}
	var b strings.Builder
	for _, line := range r.configuration() {
		// name=Encode gives the table, name=Encode[0] a part of it.
		rest, ok := strings.CutPrefix(line, "table."+name)
		if ok && rest != "" && strings.Contains(".[=", rest[:1]) {
			b.WriteString(line + "\r\n")
		}
	}
	if b.Len() == 0 {
		sendText(w, http.StatusBadRequest, "Error: Get "+name+" config failed!\r\n")
		return
	}
	sendText(w, http.StatusOK, b.String())
}

// configuration lists all lines of all tables. Channels count from 0 here.
func (r *Recorder) configuration() []string {
	lines := []string{
		"table.RTSP.Enable=true",
		fmt.Sprintf("table.RTSP.Port=%d", portOf(r.RTSPAddr())),
		"table.DVRIP.TCPPort=37777",
		"table.DVRIP.UDPPort=37778",
		"table.DVRIP.MaxConnections=128",
		"table.Web.Enable=true",
		fmt.Sprintf("table.Web.Port=%d", portOf(r.HTTPAddr())),
		"table.Https.Enable=false",
		"table.Https.Port=443",
	}
	lines = append(lines, r.zoneLines()...)
	add := func(format string, values ...any) { lines = append(lines, fmt.Sprintf("table."+format, values...)) }
	for i, c := range r.channels {
		add("ChannelTitle[%d].Name=%s", i, c.Name)
		add("SmartEncode[%d].Enable=false", i)
		r.encodeFormat(add, fmt.Sprintf("Encode[%d].MainFormat[0]", i), c.main)
		if c.sub != nil {
			r.encodeFormat(add, fmt.Sprintf("Encode[%d].ExtraFormat[0]", i), c.sub)
		}
		remote := fmt.Sprintf("RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_%d", i)
		add("%s.Address=192.0.2.%d", remote, i%250+1)
		add("%s.DeviceType=IP Camera", remote)
		add("%s.Enable=true", remote)
		add("%s.HttpPort=80", remote)
		add("%s.Name=%s", remote, c.Name)
		add("%s.Port=37777", remote)
		add("%s.ProtocolType=Private", remote)
		add("%s.RtspPort=554", remote)
		add("%s.UserName=admin", remote)
		add("%s.VideoInputs[0].Name=%s", remote, c.Name)
	}
	return lines
}

func (r *Recorder) encodeFormat(add func(string, ...any), key string, clip *clips.Clip) {
	if clip.Audio != nil {
		add("%s.Audio.Compression=%s", key, dahuaCodec(clip.Audio.Codec))
		add("%s.Audio.Frequency=%d", key, clip.Audio.ClockRate)
	}
	add("%s.AudioEnable=%t", key, clip.Audio != nil)
	add("%s.Video.BitRate=4096", key)
	add("%s.Video.Compression=%s", key, dahuaCodec(clip.Video.Codec))
	add("%s.Video.FPS=%d", key, int(clip.Video.Rate()))
	add("%s.Video.GOP=%d", key, clip.Video.GOP())
	add("%s.Video.Height=%d", key, clip.Video.Height)
	add("%s.Video.Width=%d", key, clip.Video.Width)
	add("%s.Video.resolution=%dx%d", key, clip.Video.Width, clip.Video.Height)
	add("%s.VideoEnable=true", key)
}

func dahuaCodec(c clips.Codec) string {
	switch c {
	case clips.H264:
		return "H.264"
	case clips.H265:
		return "H.265"
	case clips.PCMA:
		return "G.711A"
	case clips.PCMU:
		return "G.711Mu"
	default:
		return string(c)
	}
}
