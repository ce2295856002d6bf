package diagnosis

// serverWords are for what fails at the media server.
var serverWords = map[Cause]words{
	RTMPUnreachable: {severity: Failure, what: Text{
		"The recorder is in order, but the media server {server} cannot be reached from this server.{said}",
		"录像机正常，但本机连不上流媒体服务器 {server}。{said}",
	}, next: Text{
		"Check that SRS runs there and listens on this port (systemctl status srs; ss -ltn), that rtmp.publish_url is right, " +
			"and the firewall between. It is tried again by itself for streams that had a picture.",
		"请确认 SRS 正在运行并监听该端口（systemctl status srs；ss -ltn），rtmp.publish_url 正确，中间没有防火墙阻挡。已有过画面的码流会自动重试。",
	}},
	RTMPSilent: {severity: Failure, what: Text{
		"Something at {server} takes the connection, but does not answer as an RTMP server does.{said}",
		"{server} 接受了连接，但没有像 RTMP 服务器那样应答。{said}",
	}, next: Text{
		"Check that the port in rtmp.publish_url is SRS's RTMP port (usually 1935, not 1985 or 8080). If it is, the server " +
			"hangs: look at its log and load, restart it.",
		"请确认 rtmp.publish_url 中的端口是 SRS 的 RTMP 端口（一般为 1935，不是 1985 或 8080）。如果没错，就是服务器卡住了：请查看其日志和负载，必要时重启。",
	}},
	RTMPRefused: {severity: Failure, what: Text{
		"The media server {server} refuses the publish.{said}", "流媒体服务器 {server} 拒绝推流。{said}",
	}, next: Text{
		"Look at the server's log at this time. Usual reasons: its on_publish hook or security rules (allow publish) say no, " +
			"a token is missing in rtmp.publish_url, the vhost or app does not exist, or somebody publishes under the same name.",
		"请查看服务器此刻的日志。常见原因：on_publish 回调或安全规则（allow publish）不允许、rtmp.publish_url 缺少 token、vhost 或 app 不存在、同名流已有人在推。",
	}},
	RTMPLost: {severity: Failure, what: Text{
		"The media server {server} has closed the connection; it is tried again and again.{said}", "流媒体服务器 {server} 断开了连接，正在不断重试。{said}",
	}, next: Text{
		"Look whether the server was restarted, and into its log: it may have thrown the publisher out (a hook, the HTTP " +
			"API, a time-out). The stream comes back by itself under the same address.",
		"请查看服务器是否重启过，并查看其日志：可能是它主动踢掉了推流（回调、HTTP API 或超时）。恢复后码流会以原地址自动回来。",
	}},
	HEVCServer: {severity: Failure, what: Text{
		"Channel {channel} of {device} is H.265, and the media server {server} drops H.265: players would get sound at most. There is no " +
			"H.264 stream of it to take instead.",
		"{device} 的通道 {channel} 是 H.265 编码，而流媒体服务器 {server} 会丢弃 H.265：播放端最多只有声音；也没有可代替的 H.264 码流。",
	}, next: Text{
		"Set the main or the sub stream of the channel to H.264 at the recorder ({host}), or use SRS 6.0.42 or newer. If the " +
			"server does take H.265, say so with rtmp.hevc.",
		"请在录像机（{host}）上把该通道的主码流或子码流设为 H.264，或改用 SRS 6.0.42 及以上版本。如果服务器确实支持 H.265，请用 rtmp.hevc 说明。",
	}},
	ServerStalls: {severity: Failure, what: Text{
		"Pictures come from the recorder, but the media server {server} takes none: nothing was sent for {frameage}.{said}",
		"录像机有画面，但流媒体服务器 {server} 不接收数据：已有 {frameage} 没能发出画面。{said}",
	}, next: Text{
		"Look at the load, the disk and the log of the media server, and at the bandwidth between it and this server. " +
			"Restart it if it hangs; the streams come back by themselves.",
		"请检查流媒体服务器的负载、磁盘和日志，以及本机到它的带宽。如果它卡死了请重启，码流会自动恢复。",
	}},
	ServerLostStream: {severity: Failure, what: Text{
		"This service publishes to {server}, but the server asked at {api} does not have the stream {stream}: it is another " +
			"server, or the stream is under another vhost or app, or the server has lost it.",
		"本服务正在向 {server} 推流，但查询 {api} 时服务器上没有流 {stream}：可能问的不是同一台服务器，或流在另一个 vhost 或 app 下，或服务器已丢失该流。",
	}, next: Text{
		"Check that srs.api_url and rtmp.publish_url name the same SRS (also behind a load balancer or an edge), and that no " +
			"forward or cluster takes the publish elsewhere. If they do, stop and start the stream, and look at the server's log.",
		"请确认 srs.api_url 和 rtmp.publish_url 指向同一台 SRS（注意负载均衡和边缘节点），且没有转发或集群把推流带到别处。如果没问题，请停止后重新启动这路流，并查看服务器日志。",
	}},
}
