package diagnosis

// loginWords are for what fails before the device lets us in.
var loginWords = map[Cause]words{
	Unreachable: {severity: Failure, login: true, what: Text{
		"The recorder {at} cannot be reached from this server.{said}", "本机连不上录像机 {at}。{said}",
	}, next: Text{
		"Check that the recorder is on and that address and port are right (ping {host}; the SDK port is usually 8000 for " +
			"Hikvision and 37777 for Dahua, web 80, RTSP 554), then cable, VLAN and firewalls between this server and {host}. " +
			"\"mediapusher doctor\" tells which of its ports answer.",
		"请确认录像机已开机、地址和端口正确（ping {host}；SDK 端口海康一般为 8000、大华一般为 37777，网页 80，RTSP 554），再检查本机到 {host} 之间的网线、VLAN 和防火墙。" +
			"“mediapusher doctor” 可以查看哪些端口有应答。",
	}},
	RefusedLogin: {severity: Failure, login: true, what: Text{
		"The recorder {at} refuses the login, mostly for a wrong user name or password.{said}", "录像机 {at} 拒绝登录，一般是用户名或密码错误。{said}",
	}, next: Text{
		"Correct nvr_user and nvr_pwd; try them once at the recorder's own web page (http://{host}). Do not go on guessing: " +
			"recorders lock the account after a few refusals. This service tries a refused password only once, and rests then. If " +
			"the page takes them, the recorder's users are used up or the account was locked: log others out, wait 30 minutes.",
		"请更正 nvr_user 和 nvr_pwd，可在录像机网页（http://{host}）上登录一次确认。不要反复试密码：连续几次错误后设备会锁定账号。本服务对被拒绝的密码只试一次，随后暂停尝试。" +
			"如果网页能登录，则是录像机的用户数已满或账号曾被锁定：请让其他用户退出，并等待 30 分钟。",
	}},
	Locked: {severity: Failure, login: true, what: Text{
		"The recorder {at} has locked the account after refused logins.{said}", "多次登录失败，录像机 {at} 已锁定该账号。{said}",
	}, next: Text{
		"Wait{retry} (often 30 minutes); this service does not ask the recorder until then. Find who uses a wrong password " +
			"(other programs and pages too), then start again with the right one. Who unlocks the account at the recorder " +
			"need not wait, but lets this service try again: systemctl reload mediapusher, or POST /CONFIG/RELOAD.",
		"请等待{retry}（一般 30 分钟），在此之前本服务不会再连接录像机。找出是谁在用错误的密码（包括其他程序和页面），再用正确的密码启动。" +
			"如果在录像机上手动解锁，则不必等待，执行 systemctl reload mediapusher 或调用 POST /CONFIG/RELOAD，本服务就会重新尝试。",
	}},
	Resting: {severity: Failure, login: true, what: Text{
		"The recorder {at} was not asked: it refused this login before, and the service lets the account rest so that it is " +
			"not locked.{said}",
		"没有去连接录像机 {at}：此前它拒绝过这次登录，为避免账号被锁定，本服务暂停尝试。{said}",
	}, next: Text{
		"Correct the password; another password is tried at once, unless several were refused. The same one is tried again " +
			"after{retry} (login.cool_down). If it is right, the recorder's users may be used up: log others out meanwhile.",
		"请更正密码，换了密码会立即尝试（多个密码都被拒绝时除外）；同一密码要过{retry}后才再试（login.cool_down）。" +
			"如果密码没错，可能是录像机的用户数已满：请先让其他用户退出。",
	}},
	NotAllowed: {severity: Failure, login: true, what: Text{
		"The configuration of this service does not allow the address {at}.{said}", "本服务的配置不允许连接 {at}。{said}",
	}, next: Text{
		"If {host} is a recorder of yours, add its address or network to allow_devices.", "如果 {host} 确实是您的录像机，请把它的地址或网段加入 allow_devices。",
	}},
	SDKMissing: {severity: Failure, login: true, what: Text{
		"No way to {device} is left: this program lacks the maker's library, or one of its files is missing.{said}",
		"没有可用的方式连接{device}：程序不带厂商 SDK，或缺少 SDK 文件。{said}",
	}, next: Text{
		"Allow the way net for it (ways in devices), or install the library: \"mediapusher doctor --sdk\" names what is missing.",
		"请在配置 devices 的 ways 中允许 net 方式，或安装 SDK：“mediapusher doctor --sdk” 会指出缺什么。",
	}},
	SDKWorker: {severity: Failure, login: true, what: Text{
		"The process in which the maker's library runs has failed; the recorder {at} is not to blame.{said}",
		"运行厂商 SDK 的进程出现故障，与录像机 {at} 无关。{said}",
	}, next: Text{
		"Start again: a new process is there at once. If it happens often, look at the log for \"worker\", check the library " +
			"with \"mediapusher doctor --sdk\", and use the way net for this recorder meanwhile (ways in devices).",
		"请重新启动这路流，新进程会立即就绪。如果经常发生，请在日志中查找 “worker”，用 “mediapusher doctor --sdk” 检查 SDK，并可暂时让该录像机使用 net 方式（devices 的 ways）。",
	}},
	UnsupportedDevice: {severity: Failure, what: Text{
		"The recorder {at} cannot do, or does not allow, what is needed.{said}", "录像机 {at} 不支持或不允许所需的操作。{said}",
	}, next: Text{
		"Check at the recorder that it is activated and that HTTP (ISAPI or CGI) and RTSP with digest authentication are on. " +
			"Where it knows nothing but basic authentication, set basic_auth: true for it in devices.",
		"请在录像机上确认已激活，并已开启 HTTP（ISAPI 或 CGI）和 RTSP 的 digest 认证。如果它只支持 basic 认证，请在配置 devices 中为它设置 basic_auth: true。",
	}},
	Protocol: {severity: Failure, what: Text{
		"{at} answers, but not as a {vendor} recorder should.{said}", "{at} 有应答，但不符合{vendor}录像机的规范。{said}",
	}, next: Text{
		"Check nvr_category (0 Hikvision, 1 Dahua) and the port: some other device or program may answer there. " +
			"\"mediapusher doctor\" shows what answers on each port. If streams of this recorder have worked, start again; it may " +
			"be restarting, or its firmware may be at fault.",
		"请检查 nvr_category（0 海康威视，1 大华）和端口：那里应答的可能是别的设备或程序。“mediapusher doctor” 会显示每个端口的应答。" +
			"如果该录像机以前能取流，请重新启动这路流：它可能正在重启，也可能是固件有问题。",
	}},
}
