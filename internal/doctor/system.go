package doctor

import "time"

const (
	// minYear is one in which this program did not exist yet: a clock before it was never set.
	minYear = 2024
	// filesPerStream is how many open files a stream takes: connections to recorder and server, with their reserve.
	filesPerStream = 10
	// fewFiles is a limit below which a server of ordinary size runs out of files; tooFewFiles does not even start one well.
	fewFiles, tooFewFiles = 4096, 256
	// littleMemory is how many bytes should be available for the streams of a server of ordinary size.
	littleMemory = 256 << 20
)

// Clock judges the clock of this machine. synchronised is nil where the system does not tell.
func Clock(now time.Time, synchronised *bool) Finding {
	f := Finding{Subject: "clock"}
	shown := now.Format("2006-01-02 15:04:05 -07:00")
	switch {
	case now.Year() < minYear:
		f.State, f.What = Broken, textf("it shows %s, which cannot be", "显示为 %s，明显不对", shown)
		f.Do = Text{
			"set the clock, and let it follow a time server (chrony, systemd-timesyncd)",
			"校准时钟，并启用时间同步（chrony、systemd-timesyncd）",
		}
	case synchronised == nil:
		f.What = textf("%s; the system does not tell whether it follows a time server", "%s；系统没有说明是否与时间服务器同步", shown)
	case !*synchronised:
		f.State, f.What = Warning, textf("%s; it follows no time server", "%s；没有与时间服务器同步", shown)
		f.Do = Text{
			"let it follow the server that the recorders follow (chrony, systemd-timesyncd): recordings are looked for by time",
			"与录像机使用同一个时间服务器同步（chrony、systemd-timesyncd），否则按时间找录像会有偏差",
		}
	default:
		f.What = textf("%s; it follows a time server", "%s；已与时间服务器同步", shown)
	}
	return f
}

// OpenFiles judges the limit of open files of this user, 0 where there is none.
func OpenFiles(limit uint64) Finding {
	f := Finding{Subject: "open files"}
	if limit == 0 {
		f.What = Text{"no limit", "没有限制"}
		return f
	}
	streams := uint64(0)
	if limit > tooFewFiles/2 {
		streams = (limit - tooFewFiles/2) / filesPerStream
	}
	const absurd = 1 << 30
	if limit >= absurd {
		f.What = Text{"as good as no limit", "几乎没有限制"}
		return f
	}
	f.What = textf("%d, enough for about %d streams", "上限 %d，大约够 %d 路视频", limit, streams)
	switch {
	case limit < tooFewFiles:
		f.State = Broken
	case limit < fewFiles:
		f.State = Warning
	default:
		return f
	}
	f.Do = Text{
		"raise it: LimitNOFILE=65536 in the systemd unit, `ulimit -n` in a shell; ten for each stream",
		"调大上限：systemd 单元里设 LimitNOFILE=65536，命令行用 `ulimit -n`；每路视频约需 10 个",
	}
	return f
}

// Memory judges how many bytes are available of how many; 0 of 0 where the system does not tell.
func Memory(available, total uint64) Finding {
	f := Finding{Subject: "memory"}
	if total == 0 {
		f.What = Text{"the system does not tell", "系统没有提供"}
		return f
	}
	f.What = textf("%d MiB available of %d MiB", "可用 %d MiB，共 %d MiB", available>>20, total>>20)
	if available < littleMemory {
		f.State = Warning
		f.Do = Text{
			"free some: a stream takes a few MiB, a maker's SDK some hundred for each recorder",
			"释放一些内存：每路视频需要几 MiB，厂商 SDK 每台录像机需要几百 MiB",
		}
	}
	return f
}
