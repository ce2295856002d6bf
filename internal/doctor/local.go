package doctor

import "errors"

// Errors of a port, found with errors.Is, by which whoever tries it tells what stands against it.
var (
	// ErrOurs: a running mediapusher holds the port.
	ErrOurs = errors.New("held by a running mediapusher")
	// ErrHeld: another program does.
	ErrHeld = errors.New("held by another program")
	// ErrForbidden: this user may not listen there.
	ErrForbidden = errors.New("this user may not listen there")
)

// Configuration judges what reading the configuration said. File is empty where there is none.
func Configuration(file string, err error) Finding {
	f := Finding{Subject: "config"}
	switch {
	case err != nil:
		f.State, f.What = Broken, textf("cannot be used: %v", "无法使用：%v", err)
		f.Do = Text{
			"correct what is named; `mediapusher config example` prints every key with what it means",
			"按提示改正；`mediapusher config example` 会列出所有配置项及说明",
		}
	case file == "":
		f.What = Text{"no file: defaults and environment", "没有配置文件：使用默认值和环境变量"}
	default:
		f.What = textf("%s can be used", "%s 可以使用", file)
	}
	return f
}

// Port judges whether the service can listen at an address. key is that of the configuration.
func Port(key, address string, err error) Finding {
	f := Finding{Subject: key}
	switch {
	case err == nil:
		f.What = textf("%s is free", "%s 空闲", address)
	case errors.Is(err, ErrOurs):
		f.What = textf("%s is held by a mediapusher that runs here", "%s 由本机正在运行的 mediapusher 占用", address)
	case errors.Is(err, ErrHeld):
		f.State, f.What = Broken, textf("%s is held by another program", "%s 已被其他程序占用", address)
		f.Do = textf(
			"end that program (on Linux `ss -ltnp` names it; an SRS holds 1935 and 8080), or set another address for %s",
			"停掉该程序（Linux 上用 `ss -ltnp` 查看；SRS 会占用 1935 和 8080），或者给 %s 换一个地址", key)
	case errors.Is(err, ErrForbidden):
		f.State, f.What = Broken, textf("this user may not listen at %s", "当前用户无权监听 %s", address)
		f.Do = textf("take a port above 1023 for %s, or let a proxy stand before it", "给 %s 换成 1023 以上的端口，或在前面放一个代理", key)
	default:
		f.State, f.What = Broken, textf("%s cannot be listened at: %v", "%s 无法监听：%v", address, err)
		f.Do = textf("%s must name an address of this machine", "%s 必须是本机的地址", key)
	}
	return f
}

// DataDir judges the directory in which the service keeps what outlives it.
func DataDir(directory string, err error) Finding {
	f := Finding{Subject: "data_dir"}
	if err == nil {
		f.What = textf("%s can be written", "%s 可写", directory)
		return f
	}
	f.State = Warning
	f.What = textf("%v: a camera that moves while the service is killed would not be stopped by the next start",
		"%v：如果云台转动时服务被杀，下次启动后无法让它停下", err)
	f.Do = Text{
		"name a directory that the service's user may write: data_dir",
		"用 data_dir 指定一个服务用户可写的目录",
	}
	return f
}

// HostName judges the look-up of a name that the configuration holds.
func HostName(host string, addresses []string, err error) Finding {
	f := Finding{Subject: "dns " + host}
	if err == nil && len(addresses) > 0 {
		f.What = textf("%s", "%s", addresses[0])
		if len(addresses) > 1 {
			f.What = textf("%s and %d more", "%s 等，另有 %d 个", addresses[0], len(addresses)-1)
		}
		return f
	}
	f.State, f.What = Broken, Text{"the name has no address", "域名解析不到地址"}
	if err != nil {
		f.What = textf("the name has no address: %v", "域名解析不到地址：%v", err)
	}
	f.Do = Text{"see the name, and the DNS server of this machine; or write the address", "检查域名和本机的 DNS 设置；或者直接写 IP 地址"}
	return f
}
