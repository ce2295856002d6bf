package hik

import "mediapusher/internal/device"

// sdkMeaning is what an error number of HCNetSDK means to us, and the words for an operator.
type sdkMeaning struct {
	kind  device.Kind
	words string
}

// Words that several numbers share.
const (
	wordsLost      = "the connection to the recorder failed or was lost: is its server port (8000 by default) open from here?"
	wordsBandwidth = "the recorder has no bandwidth left: stop other viewers, or use the sub stream"
	wordsOurs      = "HCNetSDK does not like how it was called"
	wordsLogin     = "HCNetSDK does not know the login any more; it is made anew"
	wordsInstall   = "; mediapusher doctor --sdk tells which files are missing or do not fit"
)

// sdkMeanings are those of single numbers (HCNetSDK.h, NET_DVR_GetLastError). What is of our own making, or has to do with this process, is
// tried again: another worker may do better.
var sdkMeanings = map[int]sdkMeaning{
	1: {device.KindAuth, "the recorder refuses the user or password"},
	2: {device.KindUnsupported, "the user has no right to this: the recorder's administrator can give it (remote preview, playback, PTZ)"},
	3: {device.KindUnreachable, "HCNetSDK is not initialised"},
	4: {device.KindNoSuchChannel, "the recorder has no such channel"},
	5: {device.KindBusy, "too many connections to the recorder or to this camera: stop other viewers"},
	6: {device.KindUnsupported, "HCNetSDK and the recorder's firmware do not fit: update one of them"},
	7: {device.KindUnreachable, "no connection to the recorder: is it on, and its server port (8000 by default) open from here?"},
	8: {device.KindUnreachable, wordsLost}, 9: {device.KindUnreachable, wordsLost},
	10: {device.KindUnreachable, "the recorder took the connection, but did not answer in time"},
	11: {device.KindUnreachable, "the recorder's answer makes no sense: is it a recorder of Hikvision, and this its SDK port?"},
	12: {device.KindProtocol, wordsOurs},
	13: {device.KindUnsupported, "the user has no right to this: an administrator of the recorder can give it"},
	14: {device.KindUnreachable, "the recorder did not carry out the command in time"},
	17: {device.KindProtocol, wordsOurs},
	18: {device.KindOffline, "the channel is in a state of error: its camera may be starting, or refuse the recorder's password"},
	19: {device.KindUnsupported, "the recorder has no disk"},
	22: {device.KindUnsupported, "the recorder's disk has failed: look at its storage page"},
	23: {device.KindUnsupported, "the device does not support this"},
	24: {device.KindBusy, "the recorder is busy: try again in a moment"},
	28: {device.KindBusy, "the recorder's resources are used up: stop other viewers or playbacks"},
	29: {device.KindProtocol, "the recorder could not do this; where nothing works at all, libcrypto may be missing" + wordsInstall},
	32: {device.KindProtocol, "HCNetSDK does not take the time that it was given"},
	33: {device.KindNoRecording, "the recorder has no recording in the range"},
	34: {device.KindProtocol, "HCNetSDK cannot write a file: is the disk of this machine full?"},
	36: {device.KindBusy, "the recorder has not finished the operation before: try again in a moment"},
	38: {device.KindUnreachable, "the recorder has broken the playback off"},
	41: {device.KindUnreachable, "the worker has no memory left"},
	43: {device.KindUnreachable, "the worker has no buffer left"},
	44: {device.KindUnreachable, "the worker cannot make a connection: are descriptors or ports of this machine used up?"},
	46: {device.KindBusy, "HCNetSDK has reached its own limit of logins or streams"},
	47: {device.KindUnreachable, wordsLogin},
	52: {device.KindBusy, "the recorder has as many users as it can take: log others out"},
	54: {device.KindOffline, "the channel has no encoding: is it switched on, and its camera connected?"},
	72: {device.KindUnreachable, "HCNetSDK cannot bind a port of this machine"},
	73: {device.KindUnreachable, wordsLost},
	74: {device.KindBusy, "the login is still in use"},
	83: {device.KindOffline, "the camera of this IP channel is not connected to the recorder"},
	84: {device.KindNotBuilt, "HCNetSDK has not found StreamTransClient" + wordsInstall},
	85: {device.KindNotBuilt, "HCNetSDK has not found SystemTransform" + wordsInstall},
	91: {device.KindUnsupported, "the channel does not support this"},

	102: {device.KindBusy, "the login is not finished: try again in a moment"},
	107: {device.KindNotBuilt, "HCNetSDK has not loaded its component for live streams (HCPreview)" + wordsInstall},
	110: {device.KindNotBuilt, "HCNetSDK has not loaded its component for playback (HCPlayBack)" + wordsInstall},
	114: {device.KindNotBuilt, "HCNetSDK has not loaded its component for settings and PTZ (HCCoreDevCfg, HCGeneralCfgMgr)" + wordsInstall},

	152: {device.KindAuth, "the recorder does not know the user"},
	153: {device.KindLocked, "the recorder has locked the account after wrong passwords"},
	154: {device.KindUnreachable, wordsLogin},
	155: {device.KindUnsupported, "the recorder does not take logins of this kind any more: update HCNetSDK"},
	189: {device.KindUnsupported, "HCNetSDK logged in by ISAPI, which cannot do this"},
	250: {device.KindUnsupported, "the device is not activated: set its first password in its own page or with SADP"},
	251: {device.KindUnsupported, "the device refuses its risky password: set a better one in its own page"},

	401: {device.KindAuth, "the camera behind the channel refuses the user or password (RTSP 401)"},
	402: {device.KindUnreachable, "HCNetSDK has no memory left for RTSP"},
	403: {device.KindProtocol, "HCNetSDK does not like the parameters of its RTSP session"},
	404: {device.KindOffline, "the camera does not serve this channel or stream (RTSP 404)"},
	406: {device.KindUnreachable, "the RTSP session was ended"},
	407: {device.KindUnreachable, "HCNetSDK has no port left for RTSP"},
	426: {device.KindBusy, "the camera has no bandwidth left (RTSP 453): stop other viewers"},

	800:  {device.KindBusy, wordsBandwidth},
	2103: {device.KindBusy, wordsBandwidth},
}

// sdkSpans are what whole ranges of numbers mean, where a number has no meaning of its own.
var sdkSpans = []struct {
	first, last int
	sdkMeaning
}{
	{108, 115, sdkMeaning{device.KindNotBuilt, "HCNetSDK has not loaded one of its components" + wordsInstall}},
	{121, 128, sdkMeaning{device.KindNotBuilt, "versions of HCNetSDK's components do not fit" + wordsInstall}},
	{136, 142, sdkMeaning{device.KindNotBuilt, "versions of HCNetSDK's components do not fit" + wordsInstall}},
	{148, 149, sdkMeaning{device.KindNotBuilt, wordsLibraries}},
	{156, 158, sdkMeaning{device.KindNotBuilt, wordsLibraries}},
	{161, 162, sdkMeaning{device.KindNotBuilt, wordsLibraries}},
	{410, 416, sdkMeaning{device.KindUnreachable, "RTSP failed when the stream was described" + wordsRTSP}},
	{420, 427, sdkMeaning{device.KindUnreachable, "RTSP failed when the stream was set up" + wordsRTSP}},
	{430, 436, sdkMeaning{device.KindUnreachable, "RTSP failed when the stream was to play" + wordsRTSP}},
	{440, 446, sdkMeaning{device.KindUnreachable, "RTSP failed when the stream was ended" + wordsRTSP}},
	{500, 599, sdkMeaning{device.KindProtocol, "the player library of HCNetSDK fails, which nobody has asked for anything"}},
}

const (
	wordsLibraries = "a library beside HCNetSDK (OpenSSL, iconv, zlib) is missing or of another version" + wordsInstall
	wordsRTSP      = ": is the camera's or recorder's RTSP port open from here?"
)

// explainSDK tells what an error number of HCNetSDK means. The words are empty for a number that is not known.
func explainSDK(code int) (device.Kind, string) {
	if meaning, ok := sdkMeanings[code]; ok {
		return meaning.kind, meaning.words
	}
	for _, span := range sdkSpans {
		if code >= span.first && code <= span.last {
			return span.kind, span.words
		}
	}
	return device.KindProtocol, ""
}
