package dahua

import "mediapusher/internal/device"

// sdkMeaning is what an error number of dhnetsdk means to us, and the words for an operator.
type sdkMeaning struct {
	kind  device.Kind
	words string
}

// Words that several numbers share.
const (
	wordsLost    = "the connection to the recorder failed or was lost: is it on, and its TCP port (37777 by default) open from here?"
	wordsOurs    = "dhnetsdk does not like how it was called"
	wordsRight   = "the user has no right to this: an administrator of the recorder can give it (live, playback, PTZ of the channel)"
	wordsBusy    = "the recorder is busy: try again in a moment"
	wordsUsed    = "the recorder's resources are used up: stop other viewers or playbacks"
	wordsCannot  = "the device does not support this"
	wordsInstall = "; mediapusher doctor --sdk tells which files are missing"
)

// sdkMeanings are those of dhnetsdk's numbers (dhnetsdk.h, CLIENT_GetLastError), without their highest bit. What is of our own making, or
// has to do with this process, is tried again: another worker may do better.
var sdkMeanings = map[int]sdkMeaning{
	1:  {device.KindUnreachable, "dhnetsdk met an error of the system"},
	2:  {device.KindUnreachable, "the network failed, mostly because the recorder did not answer in time"},
	3:  {device.KindUnreachable, "the recorder speaks another protocol: is this its SDK port (37777)?"},
	4:  {device.KindUnreachable, "dhnetsdk does not know the login or stream any more; it is made anew"},
	5:  {device.KindBusy, "the recorder could not open the channel: stop other viewers of it"},
	6:  {device.KindProtocol, "the recorder could not close the channel"},
	7:  {device.KindProtocol, wordsOurs},
	8:  {device.KindUnreachable, "dhnetsdk could not start"},
	19: {device.KindProtocol, "dhnetsdk cannot open a file"},
	21: {device.KindProtocol, "the recorder's answer is damaged or unknown"},
	22: {device.KindProtocol, "the recorder's answer is longer than it may be"},
	23: {device.KindUnsupported, "dhnetsdk does not support this: a newer version may"},
	24: {device.KindNoRecording, "the recorder has no recording in the range"},
	25: {device.KindUnsupported, wordsRight},
	26: {device.KindBusy, "the recorder cannot do this now: try again in a moment"},
	29: {device.KindUnreachable, "dhnetsdk is not initialised"},
	30: {device.KindNoRecording, "the recording is over"},
	31: {device.KindNoRecording, "the recorder has no recording in the range"},
	79: {device.KindUnsupported, wordsCannot},
	80: {device.KindBusy, wordsUsed},
	86: {device.KindLocked, "the recorder has locked the account after wrong passwords"},

	100: {device.KindAuth, "the recorder refuses the password"},
	101: {device.KindAuth, "the recorder does not know the user"},
	102: {device.KindUnreachable, "the recorder did not answer the login in time"},
	103: {device.KindBusy, "the recorder lets this user in only once: log him out elsewhere"},
	104: {device.KindLocked, "the recorder has locked the account after wrong passwords"},
	105: {device.KindUnsupported, "the recorder's block list holds this machine or user: take it off"},
	106: {device.KindBusy, wordsBusy},
	107: {device.KindUnreachable, wordsLost},
	108: {device.KindUnreachable, wordsLost},
	109: {device.KindUnreachable, "the recorder let the user in, but no connection for media came about"},
	110: {device.KindBusy, "the recorder has as many connections or users as it can take: log others out"},
	111: {device.KindNotBuilt, "libavnetsdk was not found, or the recorder wants a newer protocol" + wordsInstall},
	112: {device.KindUnsupported, "the recorder wants a U-key for this user"},
	113: {device.KindUnsupported, "the recorder does not let this machine's address in: put it on its allow list"},
	117: {device.KindAuth, "the recorder refuses the user or password"},
	118: {device.KindUnsupported, "the device is not initialised: set its first password in its own page or with ConfigTool"},
	119: {device.KindUnsupported, "the recorder limits this user by address, time of day or validity"},

	340:  {device.KindUnreachable, wordsLost},
	349:  {device.KindProtocol, "the recorder did not take the logout"},
	383:  {device.KindNoData, "the recorder has no data for this"},
	391:  {device.KindBusy, "a user of a higher level has taken the stream over"},
	392:  {device.KindUnsupported, "the network is forbidden at the recorder"},
	397:  {device.KindUnreachable, "the recorder did not carry this out in time"},
	400:  {device.KindUnsupported, wordsCannot},
	419:  {device.KindBusy, "a user of a higher level moves the camera"},
	420:  {device.KindOffline, "the camera behind the recorder does not answer"},
	421:  {device.KindBusy, "the recorder has as many inputs as it can take: stop other viewers"},
	423:  {device.KindProtocol, wordsOurs},
	511:  {device.KindBusy, wordsBusy},
	1021: {device.KindUnsupported, wordsRight},
	1022: {device.KindUnsupported, "the stream is encrypted and could not be decrypted: switch its encryption off at the recorder"},
	1033: {device.KindBusy, "the recorder has the channel open already and allows no second time: stop other viewers of it"},
	1034: {device.KindUnreachable, "the worker cannot make a connection: are descriptors or ports of this machine used up?"},
	1153: {device.KindUnsupported, "the recorder has no high-security login: allow its compatible mode, or use older dhnetsdk"},
	1154: {device.KindUnsupported, "the recorder takes its high-security login alone, which this dhnetsdk does not have: use a newer one"},
	1155: {device.KindOffline, "the camera of this channel is not connected to the recorder"},
}

// explainSDK tells what an error number of dhnetsdk means, with or without its highest bit. The words are empty for a number that is not
// known.
func explainSDK(code int) (device.Kind, string) {
	meaning := sdkMeanings[code&0x7FFFFFFF]
	return meaning.kind, meaning.words
}
