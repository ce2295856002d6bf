#!/usr/bin/env bash
# Makes the clips that the recorder simulator plays (internal/nvrsim). Needs ffmpeg with libx264 and libx265, ffprobe and DejaVu Sans Mono.
#
#   scripts/clips.sh                 makes the committed clips again, in internal/nvrsim/clips or in the directory OUT
#   scripts/clips.sh bench DIR       makes one clip "bench" in DIR: H.264 GOP of 2 s with AAC, 1920x1080, 25 pictures a second, 4 Mbit/s
#                                    (SIZE=1280x720, BITRATE=2M, SECONDS_LONG=20 and CODEC=h265 change it)
#
# A clip is an index NAME.json beside an elementary stream for the picture (Annex B) and one for the sound (ADTS, or bare G.711).
# What the pictures carry is described in internal/nvrsim/picture.go.
set -euo pipefail
cd "$(dirname "$0")/.."

font=${FONT:-/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf}
hikvision=0xc8102e
# shellcheck disable=SC2034 # read by its name, as hikvision is
dahua=0x0b6fb8

log() { echo "clips: $*" >&2; }

# picture WIDTH HEIGHT FPS SECONDS COLOUR LABEL: the filter graph of the picture. Position in the loop counts steps of 40 ms, whatever the
# rate of pictures.
picture() {
	local w=$1 h=$2 fps=$3 seconds=$4 colour=$5 label=$6
	local step=$((25 / fps))
	local position="(N*$step)" bit parity="0" i
	bit="mod(floor($position/pow(2,12-X)),2)"
	for i in 0 1 2 3 4 5 6 7 8 9 10; do parity+="+mod(floor($position/$((1 << i))),2)"; done
	local cells="if(eq(X,0)+eq(X,15),1,if(eq(X,1)+eq(X,14),0,if(eq(X,13),mod($parity,2),$bit)))"
	local clock="%{eif\\:mod(floor(n/$fps)\\,60)\\:d\\:2}.%{eif\\:mod(n*$step\\,25)*4\\:d\\:2}"
	echo "color=c=0x17202a:s=${w}x$h:r=$fps:d=$seconds,
drawbox=x=0:y=0:w=iw:h=ih/8:c=$colour:t=fill,
drawbox=x=iw/8:y=ih*3/4:w=iw*3/4:h=2:c=0x5d6d7e:t=fill,
drawtext=fontfile=$font:text='$label':fontsize=h/14:fontcolor=white:x=w/40:y=(h/8-text_h)/2,
drawtext=fontfile=$font:text='$clock':fontsize=h/4:fontcolor=white:x=w/2-text_w/2:y=h*0.44-text_h/2,
drawbox=x=iw*7/8:y=ih/4:w=iw/12:h=ih/6:c=white:t=fill:enable='lt(mod(n,$fps),$fps*0.12)'[back];
color=c=0xf4b400:s=$((w / 20))x$((h / 12)):r=$fps:d=${seconds}[ball];
color=c=black:s=16x2:r=$fps:d=$seconds,format=gray,geq=lum='16+219*$cells',scale=$w:$((h / 12)):flags=neighbor[cells];
[back][ball]overlay=x='W/8+(W*3/4-w)*abs(mod(n/$fps,8)-4)/4':y=H*3/4-h[moving];
[moving][cells]overlay=x=0:y=H-h:shortest=1${EXTRA:-},format=yuv420p"
}

# index NAME CODEC WIDTH HEIGHT FPS VIDEO_FILE MP4 [AUDIO_CODEC AUDIO_FILE RATE]: writes the index. "order" is the place in the order of
# presentation of each picture in the order of coding; left out where the two agree.
index() {
	local out=$1 codec=$2 w=$3 h=$4 fps=$5 file=$6 order=$7
	{
		printf '{\n  "video": {"codec": "%s", "file": "%s", "width": %d, "height": %d, "clock_rate": 90000, "ticks": %d' \
			"$codec" "$file" "$w" "$h" $((90000 / fps))
		[ -z "$order" ] || printf ', "order": [%s]' "$order"
		printf '}'
		[ $# -lt 8 ] || printf ',\n  "audio": {"codec": "%s", "file": "%s", "clock_rate": %d, "ticks": %d}' "$8" "$9" "${10}" "${11}"
		printf '\n}\n'
	} >"$out.json"
}

# order FILE: the places in presentation order of the packets of a file.
order() {
	ffprobe -v error -select_streams v -show_entries packet=pts -of csv=p=0 "$1" | tr -d ',' | grep . >"$work/pts"
	awk 'NR == FNR { place[$1] = n++; next } { printf "%s%d", (FNR > 1 ? "," : ""), place[$1] }' <(sort -n "$work/pts") "$work/pts"
}

# h264 and h265 write the order that recorders send: delimiter, parameter sets, SEI, slices.
#
# h264 OUT WIDTH HEIGHT FPS SECONDS COLOUR LABEL GOP [x264 options]
h264() {
	local out=$1 gop=$8; local graph; graph=$(picture "$2" "$3" "$4" "$5" "$6" "$7")
	shift 8
	ffmpeg -v error -y -filter_complex "$graph" -c:v libx264 -profile:v main -preset veryslow -tune animation -g "$gop" -keyint_min "$gop" \
		-sc_threshold 0 -bf 0 -crf 27 "$@" -x264-params "repeat-headers=1:aud=1:pic-struct=1:open-gop=0:scenecut=0" -bitexact -f mpegts "$work/picture.ts"
	ffmpeg -v error -y -i "$work/picture.ts" -c copy -f h264 "$out"
}

# h265 OUT WIDTH HEIGHT FPS SECONDS COLOUR LABEL GOP [x265 options]
h265() {
	local out=$1 gop=$8; local graph; graph=$(picture "$2" "$3" "$4" "$5" "$6" "$7")
	shift 8
	ffmpeg -v error -y -filter_complex "$graph" -c:v libx265 -preset slow -crf 29 "$@" \
		-x265-params "log-level=error:keyint=$gop:min-keyint=$gop:scenecut=0:bframes=0:repeat-headers=1:aud=1:open-gop=0:info=0" \
		-bitexact -f hevc "$out"
}

# beeps: 120 ms of tone at each full second, together with the flash: 2 kHz at second 0 of the minute, 1.5 kHz at 10, 20 ..., else 1 kHz.
beeps="if(lt(mod(t\\,1)\\,0.12)\\,0.5*sin(2*PI*if(lt(mod(t\\,60)\\,1)\\,2000\\,if(lt(mod(t\\,10)\\,1)\\,1500\\,1000))*t)\\,0)"

# aac OUT SECONDS BITRATE: the encoder's first frame lies before zero and is left out; a second more than asked lets the last frame run into
# the first, so that the loop has no seam. 120 s are a whole number of frames of 1024 samples at 16 kHz.
aac() {
	ffmpeg -v error -y -f lavfi -i "aevalsrc='$beeps':s=16000:d=$(($2 + 1))" -c:a aac -b:a "$3" -bitexact -f mp4 "$work/sound.mp4"
	ffmpeg -v error -y -i "$work/sound.mp4" -c copy -bsf:a "noise=drop='lt(n\\,1)+gte(n\\,1+$2*16000/1024)'" -f adts "$out_dir/$1"
}

g711() {
	ffmpeg -v error -y -f lavfi -i "aevalsrc='$beeps':s=8000:d=60" -c:a "$2" -f "$3" "$out_dir/$1"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bench() {
	out_dir=$1
	mkdir -p "$out_dir"
	local size=${SIZE:-1920x1080} rate=${BITRATE:-4M} seconds=${SECONDS_LONG:-60} codec=${CODEC:-h264}
	local w=${size%x*} h=${size#*x}
	EXTRA=,noise=alls=12:allf=t
	log "$codec $size $rate, $seconds s"
	if [ "$codec" = h265 ]; then
		h265 "$out_dir/bench.$codec" "$w" "$h" 25 "$seconds" "$hikvision" BENCH 50 -preset ultrafast -b:v "$rate" -maxrate "$rate" -bufsize "$rate"
	else
		h264 "$out_dir/bench.$codec" "$w" "$h" 25 "$seconds" "$hikvision" BENCH 50 -preset superfast -tune zerolatency -crf -1 \
			-b:v "$rate" -minrate "$rate" -maxrate "$rate" -bufsize "$rate"
	fi
	aac bench.aac 120 32k
	index "$out_dir/bench" "${codec^^}" "$w" "$h" 25 "bench.$codec" "" AAC bench.aac 16000 1024
}

committed() {
	out_dir=${OUT:-internal/nvrsim/clips}
	mkdir -p "$out_dir"
	aac beeps.aac 120 24k
	g711 beeps.alaw pcm_alaw alaw
	g711 beeps.ulaw pcm_mulaw mulaw
	local vendor name colour
	for vendor in hikvision dahua; do
		name=${vendor^^} colour=${!vendor}
		log "$vendor"
		h264 "$out_dir/$vendor-h264.h264" 640 360 25 60 "$colour" "$name  H.264" 50
		index "$out_dir/$vendor-h264-aac" H264 640 360 25 "$vendor-h264.h264" "" AAC beeps.aac 16000 1024
		index "$out_dir/$vendor-h264-pcma" H264 640 360 25 "$vendor-h264.h264" "" PCMA beeps.alaw 8000 320
		index "$out_dir/$vendor-h264-pcmu" H264 640 360 25 "$vendor-h264.h264" "" PCMU beeps.ulaw 8000 320
		index "$out_dir/$vendor-h264" H264 640 360 25 "$vendor-h264.h264" ""
		h264 "$out_dir/$vendor-bframes.h264" 640 360 25 60 "$colour" "$name  H.264 B-FRAMES" 50 -bf 2 -b_strategy 0
		index "$out_dir/$vendor-bframes" H264 640 360 25 "$vendor-bframes.h264" "$(order "$work/picture.ts")" AAC beeps.aac 16000 1024
		h265 "$out_dir/$vendor-h265.h265" 640 360 25 60 "$colour" "$name  H.265" 50
		index "$out_dir/$vendor-h265-aac" H265 640 360 25 "$vendor-h265.h265" "" AAC beeps.aac 16000 1024
		index "$out_dir/$vendor-h265" H265 640 360 25 "$vendor-h265.h265" ""
		h264 "$out_dir/$vendor-sub.h264" 320 180 25 60 "$colour" "$name  SUB" 50
		index "$out_dir/$vendor-sub-aac" H264 320 180 25 "$vendor-sub.h264" "" AAC beeps.aac 16000 1024
		index "$out_dir/$vendor-sub" H264 320 180 25 "$vendor-sub.h264" ""
	done
	h264 "$out_dir/slow.h264" 320 180 1 60 0x616a6b "ONE PICTURE A SECOND" 2
	index "$out_dir/slow" H264 320 180 1 slow.h264 ""
	ls -l "$out_dir" >&2
}

case ${1:-} in
bench) bench "${2:?directory}" ;;
'') committed ;;
*) sed -n 2,8p "$0" >&2; exit 2 ;;
esac
