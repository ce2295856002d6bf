package doctor

// Library is what was found of one maker's SDK.
type Library struct {
	// Vendor is "hikvision" or "dahua", Directory where its files belong.
	Vendor, Directory string
	// NotBuilt says that the program has no binding for it, Missing that there is no such directory, and Configured that the operator named
	// the directory.
	NotBuilt, Missing, Configured bool
	// Version is what was loaded. Err says why nothing was.
	Version string
	Err     error
}

// SDK judges a maker's library.
func SDK(l Library) Finding {
	f := Finding{Subject: "sdk " + l.Vendor}
	switch {
	case l.NotBuilt && l.Configured:
		f.State, f.What = Warning, textf("not used, though sdk.%s is set: this program was built without it",
			"没有使用，尽管设置了 sdk.%s：本程序未包含该 SDK 的支持", l.Vendor)
		f.Do = textf("take a program that was built with `make build-sdk`, or take sdk.%s out of the configuration",
			"换用 `make build-sdk` 构建的程序，或从配置中去掉 sdk.%s", l.Vendor)
	case l.NotBuilt:
		f.What = Text{
			"not used: this program was built without it; recorders are reached by HTTP and RTSP",
			"未使用：本程序未包含该 SDK 的支持；通过 HTTP 和 RTSP 访问录像机",
		}
	case l.Missing && l.Configured:
		f.State, f.What = Broken, textf("there is no directory %s", "目录 %s 不存在", l.Directory)
		f.Do = textf("put the maker's files there, as they come, or correct sdk.%s", "把厂商文件原样放到该目录，或改正 sdk.%s", l.Vendor)
	case l.Missing:
		f.What = textf("not used: there is no %s; recorders are reached by HTTP and RTSP",
			"未使用：没有 %s；通过 HTTP 和 RTSP 访问录像机", l.Directory)
	case l.Err != nil:
		f.State, f.What = Broken, textf("cannot be loaded from %s: %v", "无法从 %s 加载：%v", l.Directory, l.Err)
		f.Do = Text{
			"put all files of one version of the SDK, for this system and x86-64, there; `doctor --sdk` lists which are missing",
			"把同一版本、适用于本系统 x86-64 的全部 SDK 文件放到该目录；`doctor --sdk` 会列出缺少的文件",
		}
	default:
		f.What = textf("version %s loaded from %s", "已加载版本 %s（%s）", l.Version, l.Directory)
	}
	return f
}
