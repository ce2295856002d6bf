package diagnosis

// wellWords are for sessions of which nothing fails.
var wellWords = map[Cause]words{
	Healthy: {severity: OK, what: Text{
		"All is well: pictures of {device}, channel {channel}, come in and reach the media server.{viewers}",
		"一切正常：{device} 通道 {channel} 的画面正在送达流媒体服务器。{viewers}",
	}, next: Text{
		"If a page is black all the same, open the address with VLC or ffplay on that computer: if it plays there, look at " +
			"the page's player; if not, at the network between that computer and the media server ({server}).",
		"如果页面仍是黑屏，请在那台电脑上用 VLC 或 ffplay 打开播放地址：能播放就检查页面的播放器，不能播放就检查那台电脑到流媒体服务器（{server}）的网络。",
	}},
	Starting: {severity: OK, what: Text{
		"The stream is just starting; the step under way is: {step}.", "正在启动，目前进行到：{step}。",
	}, next: Text{
		"Wait some seconds. If it stays at this step, the start ends by itself with the reason.", "请等几秒钟。如果一直停在这一步，启动会自行结束并给出原因。",
	}},
	Recovering: {severity: Warning, what: Text{
		"The stream was interrupted and is coming back; the step under way is: {step}.", "码流曾中断，正在恢复，目前进行到：{step}。",
	}, next: Text{
		"Wait some seconds; nothing needs to be done. If it happens often, look at the network between this server and " +
			"{address}, and between this server and {server}.",
		"请等几秒钟，无需操作。如果经常发生，请检查本机到 {address} 以及本机到 {server} 的网络。",
	}},
	Paused: {severity: OK, what: Text{
		"The playback is paused: the last picture stands still, and who joins now sees none.", "回放已暂停：画面停在最后一帧，此时新打开的播放端没有画面。",
	}, next: Text{"Resume it (RESUME).", "请继续播放（RESUME）。"}},
	HEVCBrowser: {severity: Warning, what: Text{
		"The stream is in order, but it is H.265, which many browsers and players cannot show: they stay black or play the " +
			"sound alone.{viewers}",
		"码流正常，但编码是 H.265，很多浏览器和播放器无法解码，表现为黑屏或只有声音。{viewers}",
	}, next: Text{
		"For live pictures ask for the sub stream (stream_type 1) if that is H.264, or set channel {channel} to H.264 at the " +
			"recorder {host}; or use a browser that decodes H.265 in hardware (a recent Chrome or Edge, Safari). To try the " +
			"stream itself, ffplay plays it from 6.1 on.",
		"实时画面：如果子码流是 H.264，请改用子码流（stream_type 为 1）；或在录像机 {host} 上把通道 {channel} 的编码改为 H.264；" +
			"或使用能硬件解码 H.265 的浏览器（较新的 Chrome、Edge 或 Safari）。想单独验证码流，可用 ffplay 6.1 及以上版本播放。",
	}},
	NobodyWatches: {severity: Warning, what: Text{
		"All is well here and the media server has the stream, but no player is connected to it: the page's player does not " +
			"reach the media server, or has given up.",
		"这一侧一切正常，流媒体服务器上也有这路流，但没有播放端连接：页面的播放器没有连到流媒体服务器，或已经放弃。",
	}, next: Text{
		"On the computer with the black page, open the address with VLC. If that fails, its network or a firewall keeps it " +
			"from the ports of the media server ({server}; usually 1935 for RTMP, 8080 for HTTP-FLV). If it plays, look at the " +
			"console of the browser. (Players by HLS are not counted by every server.)",
		"请在黑屏的那台电脑上用 VLC 打开播放地址。打不开说明网络或防火墙挡住了流媒体服务器（{server}）的端口（RTMP 一般为 1935，HTTP-FLV 一般为 8080）；能播放则查看浏览器控制台的报错。（部分服务器不统计 HLS 播放端。）",
	}},
	RareKeyFrames: {severity: Warning, what: Text{
		"Pictures come, but the last key frame is {keyage} old: who joins stays black until the next one.",
		"有画面，但距上一个关键帧已有 {keyage}：新打开的播放端要等到下一个关键帧才有画面。",
	}, next: Text{
		"At the recorder {host}, set the I-frame interval of channel {channel} to once or twice the frame rate (25 or 50), " +
			"and switch smart coding (H.264+, H.265+, Smart Codec) off.",
		"请在录像机 {host} 上把通道 {channel} 的 I 帧间隔设为帧率的 1 到 2 倍（25 或 50），并关闭智能编码（H.264+、H.265+、Smart Codec）。",
	}},
	ServerSlow: {severity: Warning, what: Text{
		"The stream runs, but {dropped} pieces of it had to be dropped, because the media server {server} did not take them " +
			"in time: the picture jumps or stands still at times.",
		"码流在播，但流媒体服务器 {server} 接收太慢，已丢弃 {dropped} 个数据单元：画面会跳动或短暂停住。",
	}, next: Text{
		"Look at the load of the media server and at the bandwidth between it and this machine. A sub stream (stream_type 1) needs less.",
		"请检查流媒体服务器的负载以及本机到它的带宽。子码流（stream_type 为 1）占用的带宽较小。",
	}},
	SDKSteppedDown: {severity: Warning, what: Text{
		"The picture comes, but by {way} and not by the first choice. The reason: {wayreason}.",
		"有画面，但走的是{way}，而不是首选方式。原因：{wayreason}。",
	}, next: Text{
		"Nothing needs to be done for the picture; the first choice is tried again later by itself. If it never works, mend " +
			"what the reason names, or leave that way out for this recorder (ways in devices).",
		"画面不受影响，程序稍后会自动再试首选方式。如果一直不行，请按原因处理，或在配置 devices 的 ways 中为该录像机去掉这种方式。",
	}},
}
