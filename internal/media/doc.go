// Package media owns the words of the media road and its three stations that know no protocol: what an access unit is and who
// owns its bytes, and the Normaliser, the Timeline and the Queue that stand between a device and a publisher.
//
//	source -> Normaliser -> Timeline -> Queue -> remuxer -> publisher
//
// It knows neither RTSP nor RTMP and imports nothing of this project. NAL units are plain byte slices, so that no type of a
// protocol library leaks through it.
package media
