package doctor

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"mediapusher/internal/device"
)

// How far a recorder's clock may be off: recordings are looked for by its clock, so that what was asked for is missed by as much.
const (
	clockWarn   = 30 * time.Second
	clockBroken = 10 * time.Minute
)

// Recorder judges what a recorder told about itself. hevc is what the media server takes: "none", "legacy", "enhanced", or empty where
// nobody knows.
func Recorder(address string, d *device.Description, hevc string) []Finding {
	findings := []Finding{{Subject: address, What: textf("%s, serial %s, firmware %s; logged in by %s",
		"%s，序列号 %s，固件 %s；通过 %s 登录", orUnknown(d.Model), orUnknown(d.Serial), orUnknown(d.Firmware), d.Way)}}
	if d.Way == device.WayRTSP {
		findings[0].State = Warning
		findings[0].What = Text{"it answers RTSP alone: nothing is known but that", "只有 RTSP 应答，其他信息无法得知"}
		findings[0].Do = Text{
			"name its HTTP port (http_port, --http-port), and let the firewall through",
			"填写它的 HTTP 端口（http_port、--http-port），并放行防火墙",
		}
	}
	for _, way := range d.Ways {
		if f, ok := ofWay(address, way); ok {
			findings = append(findings, f)
		}
	}
	if f, ok := clockOf(address, d); ok {
		findings = append(findings, f)
	}
	findings = append(findings, slots(address, d)...)
	return append(findings, channels(address, d, hevc)...)
}

func orUnknown(text string) string {
	if text == "" {
		return "?"
	}
	return text
}

// ofWay judges a way that is not the one in use.
func ofWay(address string, way device.WayReport) (f Finding, ok bool) {
	f.Subject = address
	switch way.State {
	case device.WayWorks:
		f.What = textf("the way %s works too", "%s 这条路也能用", way.Way)
	case device.WayFailed:
		f.State, f.What = Warning, textf("the way %s does not work: %s", "%s 这条路不通：%s", way.Way, way.Reason)
		f.Do = textf("correct that, or leave the way out: devices[].ways", "排除该问题，或者在 devices[].ways 里去掉这条路")
	case device.WayNotBuilt:
		f.What = textf("the way %s is not there: %s", "%s 这条路不可用：本程序不带该 SDK，或缺少文件（%s）", way.Way, way.Reason)
	case device.WayOff:
		f.What = textf("the way %s is switched off by devices[].ways", "%s 这条路已被 devices[].ways 关闭", way.Way)
	default:
		return f, false
	}
	return f, true
}

// clockOf judges the recorder's clock, where it tells.
func clockOf(address string, d *device.Description) (f Finding, ok bool) {
	if d.Time.IsZero() {
		return f, false
	}
	f.Subject = address
	shown, zone := d.Time.Format("2006-01-02 15:04:05"), orUnknown(d.TimeZone)
	if d.ClockOffset == nil {
		f.What = textf("its clock shows %s, time zone %s", "设备时间 %s，时区 %s", shown, zone)
		return f, true
	}
	off := d.ClockOffset.Round(time.Second)
	f.What = textf("its clock shows %s, time zone %s: %s against this machine", "设备时间 %s，时区 %s：与本机相差 %s", shown, zone, signed(off))
	switch {
	case d.TimeZone == "" && elsewhere(off):
		f.State = Warning
		f.Do = Text{
			"it does not tell its time zone, and seems to be in another one: name that in devices[].time_zone, such as Asia/Shanghai",
			"设备没有说明时区，看来与本机不在同一时区：请在 devices[].time_zone 中填写，例如 Asia/Shanghai",
		}
		return f, true
	case off.Abs() >= clockBroken:
		f.State = Broken
	case off.Abs() >= clockWarn:
		f.State = Warning
	default:
		return f, true
	}
	f.Do = Text{
		"let recorder and this machine follow the same time server, and see its time zone: recordings are found by its clock",
		"让录像机和本机使用同一个时间服务器，并检查时区：录像是按设备时间查找的",
	}
	return f, true
}

// elsewhere tells the offset of a clock that is right within a minute, in another zone: quarters of an hour, up to the 26 hours between
// two zones.
func elsewhere(off time.Duration) bool {
	const quarter, most, wrong = 15 * time.Minute, 26 * time.Hour, time.Minute
	return off.Abs() >= quarter-wrong && off.Abs() <= most+wrong && (off-off.Round(quarter)).Abs() < wrong
}

// signed writes a duration with its sign, a long one in whole days.
func signed(d time.Duration) string {
	const day = 24 * time.Hour
	text := d.String()
	if d.Abs() >= 2*day {
		text = fmt.Sprintf("%dd", d/day)
	}
	if d < 0 {
		return text
	}
	return "+" + text
}

// slots judge how many streams are left, where anybody tells.
func slots(address string, d *device.Description) []Finding {
	var findings []Finding
	for _, one := range []struct {
		slots *device.Slots
		name  Text
	}{{d.LiveSlots, Text{"live streams", "实时路数"}}, {d.PlaybackSlots, Text{"playbacks", "回放路数"}}} {
		if one.slots == nil {
			continue
		}
		f := Finding{Subject: address, What: Text{
			fmt.Sprintf("%s: %d of %d in use", one.name.EN, one.slots.Used, one.slots.Max),
			fmt.Sprintf("%s：已用 %d，共 %d", one.name.ZH, one.slots.Used, one.slots.Max),
		}}
		if one.slots.Used >= one.slots.Max {
			f.State = Warning
			f.Do = Text{
				"stop others, or raise max_live and max_playbacks where the recorder bears it",
				"停掉一些，或在录像机承受得住时调大 max_live、max_playbacks",
			}
		}
		findings = append(findings, f)
	}
	if d.PlaybackSlots == nil && d.Way != device.WayRTSP {
		findings = append(findings, Finding{Subject: address, What: Text{
			"it does not tell how many playbacks it bears; max_playbacks sets a limit", "设备没有说明能同时回放几路；可用 max_playbacks 设上限",
		}})
	}
	return findings
}

// Unreachable judges why a recorder could not be looked at.
func Unreachable(address string, err error) Finding {
	words := strings.TrimPrefix(err.Error(), address+": ") // the subject names it
	f := Finding{Subject: address, State: Broken, What: Text{words, words}}
	var failure *device.Error
	if !errors.As(err, &failure) {
		f.What.ZH = "无法检查：" + words
		f.Do = Text{
			"check that it is on and can be reached (ping, firewalls), then name what is asked for, such as --vendor and --http-port",
			"确认设备已开机且网络可达（ping、防火墙），再按提示补充，例如用 --vendor 指明厂商、用 --http-port 指明 HTTP 端口",
		}
		return f
	}
	if meaning := chinese(failure.Kind); meaning != "" {
		f.What.ZH = meaning + "：" + f.What.ZH
	}
	switch failure.Kind {
	case device.KindAuth:
		f.Do = Text{
			"correct user and password; do not try again and again: recorders lock the account after five to seven. If its web page " +
				"takes them, its users are used up or the account was locked: log others out, wait half an hour",
			"改正用户名和密码；不要反复尝试：输错五到七次录像机就会锁定账号。如果网页能登录，则是用户数已满或账号曾被锁定：让其他用户退出，半小时后再试",
		}
	case device.KindLocked:
		f.Do = Text{"wait until the recorder unlocks the account (mostly 30 minutes), or restart it", "等录像机解锁账号（一般 30 分钟），或重启录像机"}
	case device.KindUnreachable:
		f.Do = Text{
			"see address, ports and firewalls; --http-port and --rtsp-port name ports other than 80 and 554",
			"检查地址、端口和防火墙；端口不是 80 和 554 时用 --http-port、--rtsp-port 指定",
		}
	case device.KindBusy:
		f.Do = Text{"try again later; log out others, or restart the recorder", "稍后再试；让其他用户退出，或重启录像机"}
	case device.KindNotAllowed:
		f.Do = Text{"add the address to allow_devices", "把该地址加入 allow_devices"}
	case device.KindUnsupported:
		f.Do = Text{"do what the message names, mostly a setting of the recorder", "按提示处理，多半是录像机的某项设置"}
	default:
		f.Do = Text{"see whether this is a recorder of that maker: --vendor", "确认是不是该厂商的录像机：--vendor"}
	}
	return f
}

// chinese is what a kind of failure stands for; the words of the error itself are English, or the device's own.
func chinese(kind device.Kind) string {
	switch kind {
	case device.KindAuth:
		return "登录被拒绝"
	case device.KindLocked:
		return "账号已被锁定"
	case device.KindUnreachable:
		return "连接不上"
	case device.KindBusy:
		return "设备忙，或用户数已满"
	case device.KindNotAllowed:
		return "本服务的配置不允许连接该地址"
	case device.KindUnsupported:
		return "设备不支持"
	case device.KindProtocol:
		return "有应答，但不像是该厂商的录像机"
	default:
		return ""
	}
}
