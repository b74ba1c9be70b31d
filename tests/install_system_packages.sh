#!/bin/sh
# Installs the Debian packages that some tests run for real: a sound server without hardware,
# ffmpeg, desktops without a screen, a message bus, a player, two browsers.
# Where that is not possible, those tests skip and say so.
set -eu

packages="pulseaudio pulseaudio-utils libportaudio2 libasound2-plugins ffmpeg
	xvfb openbox xterm xdotool xclip xsel x11-xserver-utils sway foot wtype wl-clipboard grim
	dbus-daemon mpv mpv-mpris"
browsers="chromium firefox-esr" # apart: other distributions have them under other names, or boxed

missing() {
	for package in "$@"; do
		dpkg -s "$package" >/dev/null 2>&1 || printf ' %s' "$package"
	done
}

# shellcheck disable=SC2086 # lists of words, here and below
lacking="$(missing $packages)" lacking_browsers="$(missing $browsers)"
[ -z "$lacking$lacking_browsers" ] && exit 0

if ! command -v apt-get >/dev/null; then
	echo "tests of real devices, desktops and browsers will be skipped: install$lacking$lacking_browsers" >&2
	exit 0
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo -n"
export DEBIAN_FRONTEND=noninteractive

apt() {
	$as_root apt-get -o DPkg::Lock::Timeout=600 "$@" -qq
}

# shellcheck disable=SC2086
install() {
	[ -z "$1" ] || apt install -y --no-install-recommends $1 ||
		echo "tests of real $2 will be skipped: sudo apt install$1" >&2
}

apt update || true
install "$lacking" "devices and desktops"
install "$lacking_browsers" "browsers"
