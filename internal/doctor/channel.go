package doctor

import (
	"fmt"
	"slices"
	"strings"

	"mediapusher/internal/device"
)

// channels judge each channel.
func channels(address string, d *device.Description, hevc string) []Finding {
	if len(d.Channels) == 0 {
		return []Finding{{
			Subject: address, State: Warning, What: Text{"it tells of no channel", "设备没有列出任何通道"},
			Do: Text{"see whether cameras are set up in the recorder, and whether the user may see them", "检查录像机里是否添加了摄像机，以及该用户有没有权限"},
		}}
	}
	findings := make([]Finding, 0, len(d.Channels))
	for _, c := range d.Channels {
		findings = append(findings, ofChannel(address, c, hevc))
	}
	return findings
}

// carried are the codecs that can be sent on, by what devices call them.
var carried = []string{"H264", "H265", "HEVC", "AVC"}

func ofChannel(address string, c device.Channel, hevc string) Finding {
	f := Finding{Subject: address}
	about := strings.TrimSpace(fmt.Sprintf("%d %s", c.Number, c.Name))
	coding := Text{codings(c, "main", "sub"), codings(c, "主码流", "子码流")}
	f.What = Text{"channel " + about + coding.EN, "通道 " + about + coding.ZH}
	main := plainCodec(c.Main)
	switch {
	case c.Reason == device.Unused:
		f.What = Text{"channel " + about + ": not in use: " + c.Reason, "通道 " + about + "：未使用：没有添加摄像机，或已在录像机里停用"}
	case c.Online != nil && !*c.Online:
		f.State = Warning
		f.What = Text{"channel " + about + ": offline" + bracketed(c.Reason), "通道 " + about + "：离线" + bracketed(c.Reason)}
		f.Do = Text{"see the camera, its network, and its password in the recorder", "检查摄像机、网络，以及录像机里保存的摄像机密码"}
	case main != "" && !slices.ContainsFunc(carried, func(codec string) bool { return strings.HasPrefix(main, codec) }):
		f.State = Warning
		f.Do = Text{"set the camera to H.264 or H.265: nothing else can be carried", "把摄像机改成 H.264 或 H.265：其他编码无法转发"}
	case hevc == "none" && isHEVC(main) && c.Sub != nil && !isHEVC(plainCodec(c.Sub)):
		f.State = Warning
		f.Do = Text{
			"the server drops H.265, so the sub stream is shown; set the main stream to H.264, or take SRS 6",
			"服务器会丢弃 H.265，只能播放子码流；请把主码流改成 H.264，或换用 SRS 6",
		}
	case hevc == "none" && isHEVC(main):
		f.State = Warning
		f.Do = Text{
			"the server drops H.265, so nothing is shown; set a stream to H.264, or take SRS 6",
			"服务器会丢弃 H.265，没有画面；请把码流改成 H.264，或换用 SRS 6",
		}
	}
	return f
}

// plainCodec is a codec without dots and blanks; H.265+ stays apart by its plus.
func plainCodec(c *device.Coding) string {
	if c == nil {
		return ""
	}
	return strings.ToUpper(strings.NewReplacer(".", "", " ", "", "-", "").Replace(c.Codec))
}

func isHEVC(codec string) bool {
	return strings.HasPrefix(codec, "H265") || strings.HasPrefix(codec, "HEVC")
}

func bracketed(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

// codings writes ": main H.265 2560x1440 25/s 4096 kbit/s, sub H.264 640x360".
func codings(c device.Channel, main, sub string) string {
	var parts []string
	for _, one := range []struct {
		name   string
		coding *device.Coding
	}{{main, c.Main}, {sub, c.Sub}} {
		if one.coding == nil {
			continue
		}
		words := []string{one.name, one.coding.Codec}
		if one.coding.Width > 0 && one.coding.Height > 0 {
			words = append(words, fmt.Sprintf("%dx%d", one.coding.Width, one.coding.Height))
		}
		if one.coding.FrameRate > 0 {
			words = append(words, fmt.Sprintf("%g/s", one.coding.FrameRate))
		}
		if one.coding.BitsPerSecond > 0 {
			words = append(words, fmt.Sprintf("%d kbit/s", one.coding.BitsPerSecond/1000))
		}
		parts = append(parts, strings.Join(words, " "))
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}
