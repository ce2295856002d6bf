package nvrsim

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"mediapusher/internal/nvrsim/clips"
)

// announced is one track as the SDP tells it.
type announced struct {
	// name is what follows trackID= in the control.
	name        string
	payloadType byte
	// media is the SDP's media type; feed what is sent, nil where nothing ever comes.
	media string
	feed  *clips.Track
	video bool
	lines []string
}

// The payload types the vendors use.
const (
	typePCMU          = 0
	typePCMA          = 8
	typeJPEG          = 26
	typeVideo         = 96
	typeDahuaAAC      = 97
	typeDahuaH265     = 98
	typeHikvisionAAC  = 104
	typeOnvifMetadata = 107
)

// tracks lists what is announced for a stream of a channel.
func (r *Recorder) tracks(p place, f Faults) []announced {
	clip, quirks := r.clip(p.channel, p.stream), r.channels[p.channel-1].Quirks
	list := []announced{r.videoTrack(p, clip.Video, f)}
	switch {
	case clip.Audio != nil:
		list = append(list, r.audioTrack(clip.Audio.Codec, clip.Audio.ClockRate, clip.Audio.Config))
		list[1].feed = &clip.Audio.Track
		if quirks.SecondAudio {
			list = append(list, list[1])
		}
	case quirks.GhostAudio:
		list = append(list, r.audioTrack(clips.AAC, 16000, []byte{0x14, 0x08}))
	}
	if quirks.Metadata {
		list = append(list, announced{
			name: "4", media: "application", payloadType: typeOnvifMetadata,
			lines: []string{"a=rtpmap:107 vnd.onvif.metadata/90000"},
		})
	}
	if quirks.BackChannel {
		list = append(list, announced{
			name: "5", media: "audio", payloadType: typeDahuaAAC,
			lines: []string{"a=rtpmap:97 MPEG4-GENERIC/16000", "a=sendonly"},
		})
	}
	for i := range list {
		list[i].name = r.trackName(i, list[i], quirks)
	}
	return list
}

func (r *Recorder) trackName(i int, t announced, quirks Quirks) string {
	if quirks.Control != "" {
		return strconv.Itoa(i + 1)
	}
	if r.cfg.Vendor == Dahua {
		return orDefault(t.name, strconv.Itoa(i))
	}
	switch {
	case t.video:
		return "video"
	case i == 1 && t.media == "audio":
		return "audio"
	default:
		return t.media + strconv.Itoa(i)
	}
}

func (r *Recorder) videoTrack(p place, video *clips.Video, f Faults) announced {
	t := announced{media: "video", payloadType: typeVideo, video: true, feed: &video.Track}
	if r.cfg.Vendor == Dahua {
		t.lines = append(t.lines, fmt.Sprintf("a=framerate:%f", video.Rate()))
		if video.Codec == clips.H265 {
			t.payloadType = typeDahuaH265
		}
	} else {
		t.lines = append(t.lines, "a=recvonly", fmt.Sprintf("a=x-dimensions:%d,%d", video.Width, video.Height))
	}
	switch f.VideoAs {
	case VideoAsMP2P:
		t.lines = append(t.lines, fmt.Sprintf("a=rtpmap:%d MP2P/90000", t.payloadType))
		return t
	case VideoAsMJPEG:
		t.payloadType = typeJPEG
		t.lines = append(t.lines, "a=rtpmap:26 JPEG/90000")
		return t
	}
	t.lines = append(t.lines, fmt.Sprintf("a=rtpmap:%d %s/90000", t.payloadType, video.Codec))
	if parameters := videoParameters(video, r.sprop(p, f)); parameters != "" {
		t.lines = append(t.lines, fmt.Sprintf("a=fmtp:%d %s", t.payloadType, parameters))
	}
	return t
}

// sprop decides what is said about parameter sets.
func (r *Recorder) sprop(p place, f Faults) string {
	choice := r.channels[p.channel-1].Quirks.Sprop
	switch {
	case f.NoParameterSets:
		return SpropMissing
	case choice != "":
		return choice
	case r.cfg.Vendor == Hikvision && (p.channel > r.cfg.Analog || !p.span.live()):
		return SpropMissing
	default:
		return SpropFull
	}
}

// videoParameters gives the fmtp of RFC 6184 section 8.1 or RFC 7798 section 7.1.
func videoParameters(video *clips.Video, sprop string) string {
	base := base64.StdEncoding.EncodeToString
	if video.Codec == clips.H265 {
		if sprop == SpropMissing {
			return ""
		}
		return fmt.Sprintf("sprop-vps=%s;sprop-sps=%s;sprop-pps=%s", base(video.VPS), base(video.SPS), base(video.PPS))
	}
	parameters := fmt.Sprintf("packetization-mode=1;profile-level-id=%X", video.SPS[1:4])
	switch sprop {
	case SpropFull:
		parameters += ";sprop-parameter-sets=" + base(video.SPS) + "," + base(video.PPS)
	case SpropComma:
		parameters += ";sprop-parameter-sets=" + base(video.SPS) + ","
	}
	return parameters
}

func (r *Recorder) audioTrack(codec clips.Codec, rate int64, config []byte) announced {
	t := announced{media: "audio"}
	switch codec {
	case clips.PCMA:
		t.payloadType = typePCMA
	case clips.PCMU:
		t.payloadType = typePCMU
	default:
		t.payloadType = typeHikvisionAAC
		parameters := "profile-level-id=15; streamtype=5; mode=AAC-hbr; config=%X;SizeLength=13; IndexLength=3; " +
			"IndexDeltaLength=3; Profile=1;"
		if r.cfg.Vendor == Dahua {
			t.payloadType = typeDahuaAAC
			parameters = "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=%X"
		}
		t.lines = append(t.lines, fmt.Sprintf("a=rtpmap:%d MPEG4-GENERIC/%d", t.payloadType, rate),
			fmt.Sprintf("a=fmtp:%d "+parameters, t.payloadType, config))
		return t
	}
	t.lines = append(t.lines, fmt.Sprintf("a=rtpmap:%d %s/%d", t.payloadType, codec, rate))
	return t
}

// describe writes the session description.
func (r *Recorder) describe(p place, f Faults) string {
	var b strings.Builder
	line := func(format string, values ...any) { fmt.Fprintf(&b, format+"\r\n", values...) }
	path, query, _ := strings.Cut(p.base, "?")
	path = strings.TrimRight(path, "/")
	absolute := r.channels[p.channel-1].Quirks.Control == ControlAbsolute
	control := "*"
	if absolute {
		control = withQuery(path+"/", query)
	}
	line("v=0")
	if r.cfg.Vendor == Dahua {
		line("o=- 2252310609 2252310609 IN IP4 0.0.0.0\r\ns=Media Server\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:%s", control)
		line("a=packetization-supported:DH\r\na=rtppayload-supported:DH\r\na=range:%s", r.rangeOf(p.span))
	} else {
		line("o=- 1109162014219182 1109162014219192 IN IP4 0.0.0.0\r\ns=Media Presentation\r\ne=NONE\r\nb=AS:5100\r\nt=0 0")
		line("a=control:%s\r\na=range:%s", control, r.rangeOf(p.span))
	}
	for _, t := range r.tracks(p, f) {
		line("m=%s 0 RTP/AVP %d", t.media, t.payloadType)
		if absolute {
			line("a=control:%s", withQuery(path+"/trackID="+t.name, query))
		} else {
			line("a=control:trackID=%s", t.name)
		}
		for _, l := range t.lines {
			line("%s", l)
		}
	}
	if r.cfg.Vendor == Hikvision {
		line("a=Media_header:MEDIAINFO=%s;\r\na=appversion:1.0", mediaInfo(r.clip(p.channel, p.stream)))
	}
	return b.String()
}

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

// mediaInfo is Hikvision's 40-byte media header in hex: mark, version, device, system (4 is RTP), video, audio, channels, bits, rate.
// Recorders tell 8000 Hz here also where the AAC has 16000; so it does here.
func mediaInfo(clip *clips.Clip) string {
	header := make([]byte, 40)
	copy(header, "IMKH")
	le := binary.LittleEndian
	le.PutUint16(header[4:], 0x0101)
	le.PutUint16(header[8:], 4)
	le.PutUint16(header[10:], map[clips.Codec]uint16{clips.H264: 0x0001, clips.H265: 0x0005}[clip.Video.Codec])
	if clip.Audio != nil {
		codes := map[clips.Codec]uint16{clips.AAC: 0x2001, clips.PCMA: 0x7111, clips.PCMU: 0x7110}
		le.PutUint16(header[12:], codes[clip.Audio.Codec])
		header[14], header[15] = 1, 16
		le.PutUint32(header[16:], 8000)
	}
	return strings.ToUpper(hex.EncodeToString(header))
}
