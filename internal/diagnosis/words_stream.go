package diagnosis

// streamWords are for what fails between the login and the first picture.
var streamWords = map[Cause]words{
	StreamUnreachable: {severity: Failure, what: Text{
		"The login at {device} went well, but the connection for the stream ({at}) fails.{said}", "已登录{device}，但取流连接（{at}）失败。{said}",
	}, next: Text{
		"Open this port between this server and the recorder in the firewall, and check that RTSP is on at the recorder; if " +
			"it listens elsewhere than on 554, name rtsp_port in the request or in devices.",
		"请在防火墙上放行本机到录像机的该端口，并确认录像机已开启 RTSP；如果 RTSP 端口不是 554，请在请求或配置 devices 中指定 rtsp_port。",
	}},
	NoPermission: {severity: Failure, what: Text{
		"{device} took the login, but refuses the stream of channel {channel} to this user.{said}",
		"已登录{device}，但它拒绝该用户取通道 {channel} 的码流。{said}",
	}, next: Text{
		"In the recorder's user management, give the user the right to view (and to play back) this channel, or use another " +
			"user. If the user has it, set RTSP authentication to digest at the recorder, use a password of at most 16 letters " +
			"and digits, log out others who watch, and check the camera's password in the recorder.",
		"请在录像机的用户管理中为该用户开通此通道的预览（和回放）权限，或换一个用户。如果已有权限，请在录像机上把 RTSP 认证方式设为 digest，" +
			"使用不超过 16 位的字母和数字密码，让其他正在观看的用户退出，并检查录像机里保存的摄像机密码。",
	}},
	NoSuchChannel: {severity: Failure, what: Text{
		"{device} has no channel {channel}, or does not serve this stream of it.{said}", "{device} 没有通道 {channel}，或不提供该通道的这路码流。{said}",
	}, next: Text{
		"Check nvr_channel: IP cameras at a Hikvision recorder count from 33 on (33 is the first) on most models, Dahua " +
			"counts from 0. \"mediapusher probe\" lists the channels as they are to be named. If the number is right, the camera " +
			"may be disconnected, or have no sub stream.",
		"请检查 nvr_channel：多数海康录像机的 IP 通道从 33 起（33 为第一路），大华从 0 起。“mediapusher probe” 会列出应填写的通道号。如果通道号没错，可能是摄像机未连接，或没有子码流。",
	}},
	CameraOffline: {severity: Failure, what: Text{
		"The recorder works, but the camera of channel {channel} is not connected to it.{said}", "录像机正常，但通道 {channel} 的摄像机不在线。{said}",
	}, next: Text{
		"Look at the camera's power (PoE) and cable, and at the camera's state in the recorder's channel list ({host}). The " +
			"stream comes as soon as the camera is back and somebody starts it again.",
		"请检查摄像机的电源（PoE）和网线，并在录像机（{host}）的通道列表里查看摄像机状态。摄像机恢复后重新启动即可。",
	}},
	Busy: {severity: Failure, what: Text{
		"{device} takes no further stream or user now: its limit of streams, playbacks, users or bandwidth is reached.{said}",
		"{device} 暂时不能再提供码流：取流路数、回放路数、用户数或带宽已达上限。{said}",
	}, next: Text{
		"End streams that nobody needs (also of other programs and clients), use sub streams, or raise the recorder's " +
			"limits; where it says forbidden (403), check also that the user may view this channel. max_live and max_playbacks in " +
			"devices let this service refuse by itself before the recorder does.",
		"请停止不需要的码流（包括其他程序和客户端的），改用子码流，或提高录像机的上限；如果返回 403，还要确认该用户有此通道的预览权限。" +
			"配置 devices 中的 max_live 和 max_playbacks 可让本服务提前限流。",
	}},
	NoRecording: {severity: Failure, what: Text{
		"{device} has no recording of channel {channel} in the asked time.{said}", "{device} 在所选时间段内没有通道 {channel} 的录像。{said}",
	}, next: Text{
		"Choose another time; look at the recording schedule and the disk of the recorder. If there should be a recording, " +
			"compare the recorder's clock and time zone (time_zone in devices) with those of this server.",
		"请换一个时间段，并检查录像机的录像计划和硬盘。如果本应有录像，请核对录像机的时钟和时区（配置 devices 的 time_zone）是否与本机一致。",
	}},
	NoStreamData: {severity: Failure, what: Text{
		"{device} has opened the stream of channel {channel}, but sends no video.{said}", "{device} 已打开通道 {channel} 的码流，但没有视频数据。{said}",
	}, next: Text{
		"Look at the channel at the recorder itself: if it is black there too, restart or reconnect the camera. If it has a " +
			"picture there, look for packet loss between this server and {host}, and try the sub stream (stream_type 1).",
		"请在录像机本机上查看该通道：如果那里也黑屏，请重启或重新连接摄像机；如果那里有画面，请检查本机到 {host} 是否丢包，并试试子码流（stream_type 为 1）。",
	}},
	SoundOnly: {severity: Failure, what: Text{
		"Channel {channel} of {device} sends sound, but no picture.{said}", "{device} 的通道 {channel} 只有声音，没有画面。{said}",
	}, next: Text{
		"At the recorder, set the stream type of this channel to video or to video and audio; try the other stream " +
			"(stream_type); restart the camera.",
		"请在录像机上把该通道的码流类型设为视频流或复合流；换另一路码流（stream_type）试试；重启摄像机。",
	}},
	NoKeyFrame: {severity: Failure, what: Text{
		"Data come from channel {channel} of {device}, but no key frame that a picture can be made of.{said}",
		"{device} 的通道 {channel} 有数据，但没有可用的关键帧，无法成像。{said}",
	}, next: Text{
		"At the recorder, set the I-frame interval of the channel to the frame rate (25), switch smart coding (H.264+, " +
			"H.265+, Smart Codec) and stream encryption off, and try the other stream (stream_type).",
		"请在录像机上把该通道的 I 帧间隔设为帧率（25），关闭智能编码（H.264+、H.265+、Smart Codec）和码流加密，并试试另一路码流（stream_type）。",
	}},
	Damaged: {severity: Failure, what: Text{
		"Data come from channel {channel} of {device}, but they are damaged: no picture in them can be decoded.{said}",
		"{device} 的通道 {channel} 有数据，但数据损坏，无法解码出画面。{said}",
	}, next: Text{
		"Look at the channel at the recorder itself. If it is in order there, switch stream encryption and smart coding off, " +
			"try the other stream (stream_type) or the other way (ways in devices), and look for packet loss.",
		"请在录像机本机上查看该通道。如果那里正常，请关闭码流加密和智能编码，换另一路码流（stream_type）或另一种连接方式（devices 的 ways），并检查是否丢包。",
	}},
	UnsupportedCodec: {severity: Failure, what: Text{
		"The stream of channel {channel} of {device} has a coding that is not supported: only H.264 and H.265 are.{said}",
		"{device} 通道 {channel} 的编码不受支持：只支持 H.264 和 H.265。{said}",
	}, next: Text{
		"Set the video coding of the channel to H.264 at the recorder ({host}), or ask for the other stream (stream_type).",
		"请在录像机（{host}）上把该通道的视频编码设为 H.264，或改用另一路码流（stream_type）。",
	}},
	SourceLost: {severity: Failure, what: Text{
		"There was a picture, but the connection to {device} was lost ({at}) and is tried again and again.{said}",
		"之前有画面，但与{device} 的连接（{at}）断开了，正在不断重试。{said}",
	}, next: Text{
		"Check whether the recorder is restarting or has lost power or network (ping {host}). The stream comes back by " +
			"itself under the same address.",
		"请检查录像机是否正在重启，是否断电断网（ping {host}）。恢复后码流会以原地址自动回来。",
	}},
}
