package nvrsim

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/nvrsim/clips"
)

// The pages of a Hikvision recorder, in the forms of DS-7600 and DS-7700 firmware V4.x.
const (
	hikvisionModel    = "DS-7616NI-K2"
	hikvisionSerial   = "DS-7616NI-K20000000000AARR000000000WCVU"
	hikvisionFirmware = "V4.30.085"
)

// isapi returns the pages behind the password. A known page asked with another verb answers 401 and looks like a wrong password.
func (r *Recorder) isapi(ctx context.Context) http.Handler {
	pages := map[string]http.HandlerFunc{
		"/ISAPI/System/deviceInfo":                      r.deviceInfo,
		"/ISAPI/System/time":                            r.systemTime,
		"/ISAPI/System/capabilities":                    r.deviceCap,
		"/ISAPI/Security/userCheck":                     r.userCheck,
		"/ISAPI/Security/adminAccesses":                 r.adminAccesses,
		"/ISAPI/System/Video/inputs/channels":           r.videoInputs,
		"/ISAPI/ContentMgmt/InputProxy/channels":        r.inputProxy,
		"/ISAPI/ContentMgmt/InputProxy/channels/status": r.inputProxyStatus,
		"/ISAPI/Streaming/channels":                     r.streamingChannels,
		"/ISAPI/ContentMgmt/StreamingProxy/channels":    r.streamingProxy,
		"/SDK/capabilities":                             r.sdkCapabilities,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		page, ok := pages[req.URL.Path]
		verb := http.MethodGet
		if one, found := r.inspectPage(req.URL.Path); found {
			page, ok = one, true
		} else if id, found := strings.CutPrefix(req.URL.Path, "/ISAPI/Streaming/channels/"); found {
			page, ok = func(w http.ResponseWriter, req *http.Request) { r.streamingChannel(w, req, id) }, true
		}
		if req.URL.Path == "/ISAPI/ContentMgmt/search" {
			page, ok, verb = func(w http.ResponseWriter, req *http.Request) { r.contentSearch(ctx, w, req) }, true, http.MethodPost
		}
		if s, found := parseSteering(req.URL.Path); found {
			page, ok, verb = func(w http.ResponseWriter, req *http.Request) { r.steer(ctx, w, req, s) }, true, http.MethodPut
		}
		if slices.Contains(r.cfg.NoPages, req.URL.Path) {
			ok = false
		}
		switch {
		case !ok:
			r.responseStatus(w, req, http.StatusForbidden, 4, "Invalid Operation", "notSupport")
		case req.Method != verb:
			r.turnAway(w, req, challenge, r.Faults())
		default:
			page(w, req)
		}
	})
}

// responseStatus answers with the vendor's error document.
func (r *Recorder) responseStatus(w http.ResponseWriter, req *http.Request, status, code int, text, sub string) {
	d := newDocument("ResponseStatus", r.cfg.Namespace, "")
	d.put("requestURL", req.URL.Path, "statusCode", code, "statusString", text, "subStatusCode", sub)
	if sub == "notSupport" {
		d.put("errorCode", 1073741825, "errorMsg", sub)
	}
	d.send(w, status)
}

// turnAwayHikvision answers a userCheck document, which also is the body of each challenge.
func (r *Recorder) turnAwayHikvision(w http.ResponseWriter, req *http.Request, v verdict, status int) {
	if v == accepted && status != http.StatusUnauthorized {
		r.responseStatus(w, req, status, 2, "Device Busy", "deviceBusy")
		return
	}
	host := hostOf(req.RemoteAddr)
	d := newDocument("userCheck", r.cfg.Namespace, "")
	d.put("statusValue", status, "statusString", "Unauthorized", "isDefaultPassword", false, "isRiskPassword", false)
	left := r.gate.lockLeft(host)
	switch {
	case left > 0:
		d.put("isIllegalLogin", true, "lockStatus", "lock", "unlockTime", int(left/time.Second), "retryLoginTime", 0)
	case r.cfg.LockAfter > 0:
		d.put("isIllegalLogin", v == refused, "lockStatus", "unlock", "unlockTime", 0, "retryLoginTime", r.gate.triesLeft(host))
	}
	d.send(w, status)
}

func (r *Recorder) userCheck(w http.ResponseWriter, _ *http.Request) {
	newDocument("userCheck", r.cfg.Namespace, "").
		put("statusValue", 200, "statusString", "OK", "isDefaultPassword", false, "isRiskPassword", false, "isActivated", true).
		send(w, http.StatusOK)
}

func (r *Recorder) deviceInfo(w http.ResponseWriter, _ *http.Request) {
	kind := "NVR"
	switch {
	case r.cfg.RecordsInUTC:
		kind = "IPCamera"
	case r.cfg.Analog > 0:
		kind = "HYBRIDDVR"
	}
	newDocument("DeviceInfo", r.cfg.Namespace, "").
		put("deviceName", "Network Video Recorder", "deviceID", "48443030-3830-3637-3732-c056e3a1b2c3", "model", hikvisionModel,
			"serialNumber", hikvisionSerial, "macAddress", "c0:56:e3:a1:b2:c3", "firmwareVersion", hikvisionFirmware,
			"firmwareReleasedDate", "build 210426", "encoderVersion", "V5.0", "encoderReleasedDate", "build 210420",
			"deviceType", kind, "telecontrolID", 255, "hardwareVersion", "0x0").
		send(w, http.StatusOK)
}

func (r *Recorder) deviceCap(w http.ResponseWriter, _ *http.Request) {
	newDocument("DeviceCap", r.cfg.Namespace, "").
		in("SysCap").in("VideoCap").put("videoInputPortNums", r.cfg.Analog, "videoOutputPortNums", 0).out().out().
		in("RacmCap").put("inputProxyNums", r.cfg.IPChannels, "isSupportPlaybackByUTC", true, "isSupportFindCommonFileByUTC", true).out().
		put("isSupportRtspOverHTTPS", false, "isSupportMetadata", false).
		send(w, http.StatusOK)
}

func (r *Recorder) adminAccesses(w http.ResponseWriter, _ *http.Request) {
	d := newDocument("AdminAccessProtocolList", r.cfg.Namespace, "")
	entry := func(id int, enabled bool, protocol string, port int) {
		d.in("AdminAccessProtocol").put("id", id, "enabled", enabled, "protocol", protocol)
		if port > 0 {
			d.put("portNo", port)
		}
		d.out()
	}
	entry(1, true, "HTTP", portOf(r.HTTPAddr()))
	entry(2, false, "HTTPS", 443)
	entry(3, true, "RTSP", portOf(r.RTSPAddr()))
	entry(4, true, "DEV_MANAGE", cmp.Or(portOf(r.SDKAddr()), 8000))
	entry(5, true, "Bonjour", 0)
	d.send(w, http.StatusOK)
}

func (r *Recorder) videoInputs(w http.ResponseWriter, req *http.Request) {
	if r.cfg.Analog == 0 {
		r.responseStatus(w, req, http.StatusForbidden, 4, "Invalid Operation", "notSupport")
		return
	}
	d := newDocument("VideoInputChannelList", r.cfg.Namespace, fmt.Sprintf(` size="%d"`, r.cfg.Analog))
	for i := range r.cfg.Analog {
		resolution := "1080P25"
		if r.offline(i + 1) {
			resolution = "NO VIDEO"
		}
		d.in("VideoInputChannel").put("id", i+1, "inputPort", i+1, "videoInputEnabled", true, "name", r.channels[i].Name,
			"videoFormat", "PAL", "resDesc", resolution).out()
	}
	d.send(w, http.StatusOK)
}

func (r *Recorder) inputProxy(w http.ResponseWriter, _ *http.Request) {
	ip := r.channels[r.cfg.Analog:]
	d := newDocument("InputProxyChannelList", r.cfg.Namespace, fmt.Sprintf(` size="%d"`, len(ip)))
	for i, c := range ip {
		d.in("InputProxyChannel").put("id", r.cfg.Analog+i+1, "name", c.Name).
			in("sourceInputPortDescriptor").put("proxyProtocol", "HIKVISION", "addressingFormatType", "ipaddress",
			"ipAddress", fmt.Sprintf("192.0.2.%d", i%250+1), "managePortNo", 8000, "srcInputPort", 1, "userName", "admin",
			"streamType", "auto", "model", "DS-2CD2143G0-I").out().out()
	}
	d.send(w, http.StatusOK)
}

func (r *Recorder) inputProxyStatus(w http.ResponseWriter, _ *http.Request) {
	d := newDocument("InputProxyChannelStatusList", r.cfg.Namespace, "")
	for i := range r.channels[r.cfg.Analog:] {
		id := r.cfg.Analog + i + 1
		online, result := true, "connect"
		if r.offline(id) {
			online, result = false, "netUnreachable"
		}
		d.in("InputProxyChannelStatus").put("id", id, "online", online).in("streamingProxyChannelIdList")
		for _, stream := range r.streams(id) {
			d.put("streamingProxyChannelId", id*100+stream)
		}
		d.out().put("chanDetectResult", result).out()
	}
	d.send(w, http.StatusOK)
}

// streams lists the stream numbers of a channel: 1 is main, 2 is sub.
func (r *Recorder) streams(id int) []int {
	if r.channels[id-1].sub == nil {
		return []int{1}
	}
	return []int{1, 2}
}

func (r *Recorder) streamingChannels(w http.ResponseWriter, _ *http.Request) { r.streamingList(w, 1) }

func (r *Recorder) streamingProxy(w http.ResponseWriter, _ *http.Request) {
	r.streamingList(w, r.cfg.Analog+1)
}

func (r *Recorder) streamingList(w http.ResponseWriter, first int) {
	d := newDocument("StreamingChannelList", r.cfg.Namespace, "")
	for id := first; id <= len(r.channels); id++ {
		for _, stream := range r.streams(id) {
			d.in("StreamingChannel")
			r.describeStream(d, id, stream)
			d.out()
		}
	}
	d.send(w, http.StatusOK)
}

func (r *Recorder) streamingChannel(w http.ResponseWriter, req *http.Request, id string) {
	number, err := strconv.Atoi(id)
	if err != nil || r.clip(number/100, number%100) == nil {
		r.responseStatus(w, req, http.StatusBadRequest, 6, "Invalid XML Content", "badParameters")
		return
	}
	d := newDocument("StreamingChannel", r.cfg.Namespace, "")
	r.describeStream(d, number/100, number%100)
	d.send(w, http.StatusOK)
}

func (r *Recorder) describeStream(d *document, id, stream int) {
	clip := r.clip(id, stream)
	d.put("id", id*100+stream, "channelName", r.channels[id-1].Name, "enabled", true).
		in("Transport").in("ControlProtocolList").in("ControlProtocol").put("streamingTransport", "RTSP").out().out().out().
		in("Video").put("enabled", true, "videoInputChannelID", id, "videoCodecType", hikvisionCodec(clip.Video.Codec),
		"videoResolutionWidth", clip.Video.Width, "videoResolutionHeight", clip.Video.Height, "videoQualityControlType", "VBR",
		"vbrUpperCap", 4096, "maxFrameRate", int(clip.Video.Rate()*100), "GovLength", clip.Video.GOP()).
		in("SmartCodec").put("enabled", false).out().out()
	if clip.Audio != nil {
		d.in("Audio").put("enabled", true, "audioInputChannelID", id, "audioCompressionType", hikvisionCodec(clip.Audio.Codec)).out()
	}
}

func hikvisionCodec(c clips.Codec) string {
	switch c {
	case clips.H264:
		return "H.264"
	case clips.H265:
		return "H.265"
	case clips.PCMA:
		return "G.711alaw"
	case clips.PCMU:
		return "G.711ulaw"
	default:
		return string(c)
	}
}

func (r *Recorder) sdkCapabilities(w http.ResponseWriter, req *http.Request) {
	if r.cfg.NoSDKCapabilities {
		r.responseStatus(w, req, http.StatusForbidden, 4, "Invalid Operation", "notSupport")
		return
	}
	newDocument("SDKCap", r.cfg.Namespace, "").
		put("ipChanBase", r.cfg.ChannelBase, "isSupportHttpPlay", true, "isSupportHttpPlayback", true).
		send(w, http.StatusOK)
}
