package diagnosis

// endWords are for sessions that have ended.
var endWords = map[Cause]words{
	Stopped: {severity: OK, what: Text{
		"The stream was stopped by its page (STOP) {endage} ago: nothing is sent any more.", "页面已在 {endage}前停止了这路流（STOP），不再发送画面。",
	}, next: Text{
		"Start it again to see a picture; that gives a new play_handle and a new address.",
		"要看画面请重新启动，会得到新的 play_handle 和播放地址。",
	}},
	HeartbeatMissed: {severity: Warning, what: Text{
		"The stream was ended {endage} ago, because its page sent no heartbeat (BEATS) in time.", "页面没有按时发送心跳（BEATS），这路流已在 {endage}前结束。",
	}, next: Text{
		"Start it again. If the page was open all the while, it must send BEATS in time, also from a background tab, whose " +
			"timers browsers slow down; heartbeat.interval and heartbeat.grace give it longer.",
		"请重新启动。如果页面一直开着，它必须按时发送 BEATS（注意浏览器会放慢后台标签页的定时器）；也可以调大 heartbeat.interval 和 heartbeat.grace。",
	}},
	RecordingOver: {severity: OK, what: Text{
		"The recording has been played to its end.", "录像已播放到结尾。",
	}, next: Text{"Start another playback, or choose a longer time.", "请重新开始回放，或选择更长的时间段。"}},
	CallerGone: {severity: Warning, what: Text{
		"The page hung up before the stream was there; the step under way was: {step}.{said}", "码流还没起来，页面就断开了请求，当时进行到：{step}。{said}",
	}, next: Text{
		"Start it again, and let the page (and a proxy before it) wait longer than start_timeout for the answer.",
		"请重新启动，并让页面（及中间的代理）等待应答的时间长于 start_timeout。",
	}},
	ServiceClosing: {severity: Warning, what: Text{
		"The service was stopped or restarted, and ended the stream.", "服务停止或重启，这路流随之结束。",
	}, next: Text{"Start it again as soon as the service is back.", "服务恢复后请重新启动。"}},
	Failing: {severity: Failure, what: Text{
		"The stream failed at the step: {step}.{said}", "码流在这一步失败：{step}。{said}",
	}, next: Text{
		"Start it again. If it fails the same way, look into the log for session {session}.", "请重新启动。如果仍然失败，请在日志中查找会话 {session}。",
	}},
}
