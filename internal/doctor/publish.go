package doctor

import "time"

// Refusal is at which point a server refused a publish.
type Refusal int

// The points. Unanswered is no refusal: the server failed, or said nothing.
const (
	Unanswered Refusal = iota
	OfApp
	OfStream
)

// Trial is what came of test streams that were published for a while.
type Trial struct {
	// Err is why the server took none, or ended one at its first picture; Refusal says where it refused.
	Err     error
	Refusal Refusal
	// Server is what the server tells of itself by RTMP, empty where it tells nothing.
	Server string
	// Listed tells whether the HTTP API has the stream, nil where it could not be asked. HEVC tells the same of one in H.265, nil where
	// none was sent. API is its address, without secrets.
	Listed, HEVC *bool
	API          string
	// Silence is after how long the server ended a silent stream, 0 where it did not within Limit.
	Silence, Limit time.Duration
	// KeepAlive is how long the service is silent at most. Kept is why the server ended a stream that was silent no longer, nil where it
	// did not.
	KeepAlive time.Duration
	Kept      error
}

// Publish judges test streams.
func Publish(t *Trial) []Finding {
	f := Finding{Subject: "publish"}
	if t.Err != nil {
		f.State, f.Do = Broken, t.Refusal.remedy()
		f.What = textf("the server did not take a test stream: %v", "服务器没有接受测试流：%v", t.Err)
		return []Finding{f}
	}
	f.What = Text{"the server, and its hooks, let a test stream in", "服务器和它的回调放行了测试流"}
	if t.Server != "" {
		f.What = textf("%s, and its hooks, let a test stream in", "%s 和它的回调放行了测试流", t.Server)
	}
	findings := []Finding{f}
	if t.Listed != nil {
		findings = append(findings, listed(*t.Listed, t.API))
	}
	if t.HEVC != nil {
		findings = append(findings, arrived(*t.HEVC))
	}
	return append(findings, silence(t))
}

// remedy is what to do where a server refuses.
func (r Refusal) remedy() Text {
	switch r {
	case OfApp:
		return Text{
			"see the app in rtmp.publish_url (rtmp://host/APP/{stream}), and the on_connect hook, which must answer 0 or {\"code\":0}",
			"检查 rtmp.publish_url 里的应用名（rtmp://host/应用名/{stream}），以及服务器的 on_connect 回调：必须应答 0 或 {\"code\":0}",
		}
	case OfStream:
		return Text{
			"the server's log names the cause: its on_publish hook, which must answer 0 or {\"code\":0}, its security settings, or a " +
				"token that rtmp.publish_url lacks",
			"服务器日志会说明原因：on_publish 回调（必须应答 0 或 {\"code\":0}）、security 设置，或者 rtmp.publish_url 里缺少令牌",
		}
	default:
		return Text{
			"see the server's log (some servers refuse by closing the connection: `deny publish`, hooks), and that " +
				"rtmp.publish_url names its RTMP port",
			"查看服务器日志（有的服务器以断开连接表示拒绝：deny publish、回调），并确认 rtmp.publish_url 写的是它的 RTMP 端口",
		}
	}
}

// listed judges whether the API is that of the server that streams go to.
func listed(ok bool, api string) Finding {
	f := Finding{Subject: "srs streams"}
	if ok {
		f.What = Text{"the API lists the test stream", "API 能查到测试流"}
		return f
	}
	f.State, f.What = Warning, textf("%s does not list the test stream: it is the API of another server", "%s 查不到测试流：它不是这台服务器的 API", api)
	f.Do = Text{"let srs.api_url name the server of rtmp.publish_url", "让 srs.api_url 指向 rtmp.publish_url 所在的服务器"}
	return f
}

// arrived judges whether H.265 came through.
func arrived(ok bool) Finding {
	f := Finding{Subject: "h.265"}
	if ok {
		f.What = Text{"a test stream in H.265 arrived", "H.265 测试流已收到"}
		return f
	}
	f.State, f.What = Warning, Text{"a test stream in H.265 did not arrive as such", "服务器没有认出 H.265 测试流"}
	f.Do = Text{
		"take SRS 6.0.42 or newer, or set rtmp.hevc to none and the cameras to H.264",
		"换用 SRS 6.0.42 或更新的版本，或把 rtmp.hevc 设为 none、摄像机改成 H.264",
	}
	return f
}

// silence judges a measured time-out.
func silence(t *Trial) Finding {
	if t.Kept != nil {
		f := Finding{Subject: "silence", State: Broken, What: textf(
			"the server ends a stream that says something every %v: %v", "每 %v 发一次保活，服务器仍然断开：%v", t.KeepAlive, t.Kept)}
		f.Do = raiseTimeout()
		return f
	}
	if t.Silence == 0 {
		return Finding{Subject: "silence", What: textf("a silent stream is not ended within %v", "静默的流 %v 内没有被断开", t.Limit)}
	}
	return timeOut(t.Silence, t.KeepAlive)
}

// timeOut judges how long a server bears silence against how long the service is silent at most. Twice as long is no more than enough:
// networks delay, too.
func timeOut(silence, keepAlive time.Duration) Finding {
	f := Finding{Subject: "silence", What: textf("a silent stream is ended after %v; mediapusher is silent for %v at most",
		"流静默 %v 后会被断开；mediapusher 静默不超过 %v", silence, keepAlive)}
	switch {
	case silence <= keepAlive:
		f.State = Broken
	case silence <= 2*keepAlive:
		f.State = Warning
	default:
		return f
	}
	f.Do = raiseTimeout()
	return f
}

func raiseTimeout() Text {
	return Text{
		"raise the server's time-out; in the vhost of srs.conf: `publish { normal_timeout 5000; }`",
		"调大服务器的超时；在 srs.conf 的 vhost 里：`publish { normal_timeout 5000; }`",
	}
}

// Announcement says beforehand what a trial does. address holds no secret.
func Announcement(address string, limit time.Duration) Text {
	return textf("Publishing test streams (mediapusher-doctor-…) to %s, for up to %v.",
		"正在向 %s 推送测试流（mediapusher-doctor-…），最多 %v。", address, limit)
}

// Unmeasured says how to find out what no API tells.
func Unmeasured(limit time.Duration) Finding {
	return Finding{Subject: "publish", What: textf(
		"not tried: `doctor --publish` tries hooks and time-outs with test streams, for up to %v",
		"没有尝试：`doctor --publish` 用测试流检查回调和超时，最多 %v", limit)}
}
