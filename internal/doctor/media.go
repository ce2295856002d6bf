package doctor

import (
	"strings"
	"time"
)

// RTMP judges the server to which streams go. address holds no secret.
func RTMP(address string, err error) Finding {
	f := Finding{Subject: "rtmp"}
	if err == nil {
		f.What = textf("%s answers the RTMP handshake", "%s 能完成 RTMP 握手", address)
		return f
	}
	f.State, f.What = Broken, textf("%s does not answer as an RTMP server: %v", "%s 没有按 RTMP 应答：%v", address, err)
	f.Do = Text{
		"start SRS, see rtmp.publish_url (host and port), and the firewalls between",
		"启动 SRS，检查 rtmp.publish_url 的主机和端口，以及中间的防火墙",
	}
	return f
}

// Embedded says where streams go without a server outside.
func Embedded() Finding {
	return Finding{Subject: "rtmp", What: Text{
		"no rtmp.publish_url: streams go to the embedded server", "没有设置 rtmp.publish_url：使用内嵌的流媒体服务器",
	}}
}

// Server is what an SRS tells by its HTTP API.
type Server struct {
	// URL is that of the API, without secrets.
	URL string
	// Version is as the server writes it. HEVC is "none", "legacy" or "enhanced".
	Version, HEVC string
	Major         int
	// Settings is nil where the server does not tell them.
	Settings *Settings
	// Err says why nothing is known.
	Err error
}

// Settings are what an SRS tells about publishes: how long they may be silent, and the hooks that may refuse them. KeepAlive is how long
// the service is silent at most.
type Settings struct {
	Silence, KeepAlive time.Duration
	Hooks              []string
}

// SRS judges what an SRS tells. setting is rtmp.hevc of the configuration.
func SRS(s Server, setting string) []Finding {
	api := Finding{Subject: "srs api"}
	if s.Err != nil {
		api.State, api.What = Warning, textf("nothing is known of the server: %v", "得不到服务器的信息：%v", s.Err)
		api.Do = Text{
			"switch http_api on in srs.conf (`http_api { enabled on; listen 1985; }`), or name its address: srs.api_url; without it " +
				"nobody can tell who watches a stream (none, where the server is no SRS)",
			"在 srs.conf 里打开 http_api（`http_api { enabled on; listen 1985; }`），或用 srs.api_url 指定它的地址；否则无法知道谁在观看（服务器不是 SRS 时设为 none）",
		}
		return []Finding{api}
	}
	api.What = textf("SRS %s at %s", "SRS %s，%s", s.Version, s.URL)
	const oldest = 3
	if s.Major < oldest {
		api.State = Warning
		api.Do = Text{"take SRS 5 or newer: versions before 3 were never tried", "请换用 SRS 5 或更新的版本：3 以前的版本没有验证过"}
	}
	findings := []Finding{api, hevc(s, setting)}
	if s.Settings != nil {
		findings = append(findings, inForce(s.Settings)...)
	}
	return findings
}

// hevc judges whether H.265 comes through.
func hevc(s Server, setting string) Finding {
	f := Finding{Subject: "h.265"}
	takes := s.HEVC
	if setting != "" && setting != "auto" {
		takes = setting
	}
	switch {
	case takes == "none":
		f.State, f.What = Warning, textf("SRS %s drops H.265: those cameras show their sub stream, or nothing",
			"SRS %s 会丢弃 H.265：这些摄像机只能用子码流，否则没有画面", s.Version)
		f.Do = Text{"take SRS 6 or newer, or set the cameras to H.264", "换用 SRS 6 或更新的版本，或把摄像机改成 H.264"}
	case s.HEVC == "none":
		f.State, f.What = Broken, textf("rtmp.hevc is %q, but SRS %[2]s drops H.265",
			"rtmp.hevc 设为 %q，但 SRS %[2]s 会丢弃 H.265", setting, s.Version)
		f.Do = Text{"set rtmp.hevc to auto", "把 rtmp.hevc 改成 auto"}
	case s.HEVC == "legacy" && takes == "enhanced":
		f.State, f.What = Broken, textf("rtmp.hevc is enhanced, which SRS %s does not know yet (6.0.42 does)",
			"rtmp.hevc 设为 enhanced，但 SRS %s 还不支持（6.0.42 起支持）", s.Version)
		f.Do = Text{"set rtmp.hevc to auto", "把 rtmp.hevc 改成 auto"}
	default:
		f.What = textf("SRS %s takes it (%s)", "SRS %s 支持（%s）", s.Version, takes)
	}
	return f
}

// inForce judges the settings that a server told.
func inForce(s *Settings) []Finding {
	hooks := Finding{Subject: "srs hooks", What: Text{"no hook decides on publishes", "没有限制推流的回调"}}
	if len(s.Hooks) > 0 {
		names := strings.Join(s.Hooks, ", ")
		hooks.What = textf("%s decide on publishes; `doctor --publish` tries them", "推流由 %s 决定是否放行；可用 `doctor --publish` 尝试", names)
	}
	return []Finding{hooks, timeOut(s.Silence, s.KeepAlive)}
}
