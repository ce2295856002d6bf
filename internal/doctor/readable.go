package doctor

// Readable is the finding on a configuration file that holds secrets and can be read by every user of the machine.
func Readable(file string) Finding {
	return Finding{
		Subject: "config", State: Warning,
		What: textf("%s holds a token or a password, and every user of this machine can read it", "%s 中有令牌或密码，而本机所有用户都能读取它", file),
		Do: textf("chmod o-rwx %s; the service's group must read it: chgrp mediapusher %s",
			"执行 chmod o-rwx %s；服务所在的组需要能读取它：chgrp mediapusher %s", file, file),
	}
}
