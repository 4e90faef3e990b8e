#!/usr/bin/env bash
# Runs the shipped unit in a systemd of its own, in namespaces: it starts, delivers, reloads, is restarted by the watchdog,
# and stops, all with the restrictions of the unit. Needs root, and a kernel that lets systemd boot there.
# usage: systemd_run.sh penstock.service kinesis-to-kinesis.conf FOLDER_OF_PROGRAMS
set -euo pipefail
systemd=/usr/lib/systemd/systemd
[[ -x $systemd && $EUID == 0 ]] || { echo "skipped: needs root and systemd"; exit 77; }

# ---- Inside the namespaces: $1 is the root folder

boot() {
  local root=$1 programs=$2 device controller
  mount --bind "$root" "$root" # for pivot_root
  mkdir -p "$root"/{usr,etc/systemd/system,etc/penstock,proc,sys,dev,run,var/lib,var/tmp,tmp,opt,root}
  for folder in bin sbin lib lib64; do ln -s usr/$folder "$root/$folder"; done
  mount --bind /usr "$root/usr" && mount -o remount,bind,ro "$root/usr"
  mount --bind "$programs" "$root/opt"
  mount -t proc proc "$root/proc" && mount -t sysfs sysfs "$root/sys"
  mount -t tmpfs tmpfs "$root/run" && mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  mkdir "$root"/dev/{pts,shm,mqueue,hugepages} && ln -s pts/ptmx "$root/dev/ptmx" # PrivateDevices= keeps them
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device" && mount --bind "/dev/$device" "$root/dev/$device"
  done
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  else
    mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
    for controller in memory pids name=systemd; do
      mkdir "$root/sys/fs/cgroup/${controller#name=}"
      mount -t cgroup -o "${controller/#name=/none,name=}" cgroup "$root/sys/fs/cgroup/${controller#name=}"
    done
    mkdir "$root/sys/fs/cgroup/unified" && mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
  fi
  ip link set lo up
  cd "$root" && mkdir old && pivot_root . old && umount --lazy /old
  exec chroot / /usr/bin/env -i container=other PATH=/usr/bin:/usr/sbin "$systemd" --system --unit=test.service
}

# ---- Inside that systemd: its exit code is the result

steps() {
  set -x
  export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
  /opt/penstock-model-kinesis --port 4567 --stream in:1 --stream out:1 >/log/model.log 2>&1 &
  property() { systemctl show --property "$1" --value penstock; }
  until_is() { # waits until the property matches the pattern, and prints it if it does not
    for ((i = 0; i < 200; i++)); do
      # shellcheck disable=SC2053 # a pattern
      [[ $(property "$1") != $2 ]] || return 0
      sleep 0.1
    done
    property "$1"
    return 1
  }
  systemctl start penstock
  data=$(printf '{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1,"message":"m"}]}' | gzip -nc | base64 -w0)
  curl -sS --fail-with-body --aws-sigv4 aws:amz:us-east-1:kinesis --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: Kinesis_20131202.PutRecord' \
    -d "{\"StreamName\":\"in\",\"PartitionKey\":\"k\",\"Data\":\"$data\"}" http://127.0.0.1:4567/
  until_is StatusText '*out 1 records*'
  [[ $(stat -c %a-%U /var/lib/penstock) == 700-penstock ]]
  grep -q '^Seccomp:[[:space:]]*2' "/proc/$(property MainPID)/status"

  process=$(property MainPID)
  systemctl reload penstock
  until_is StatusText '*the new configuration of /etc/penstock/penstock.conf starts*'
  until_is ActiveState active
  [[ $(property MainPID) == "$process" ]]
  echo '[OUTPUT' >>/etc/penstock/penstock.conf
  ! systemctl reload penstock || return 1
  sed -i '$d' /etc/penstock/penstock.conf
  [[ $(property MainPID) == "$process" && $(property ActiveState) == active ]]

  kill -STOP "$process" # as a stage that blocks the loop
  until_is NRestarts 1
  until_is ActiveState active
  systemctl stop penstock
  [[ $(property Result) == success && $(property ExecMainStatus) == 0 ]]
}

case ${1:-} in
  --boot) boot "$2" "$3" ;;
  --steps)
    trap 'code=$?; ((code == 0)) || journalctl --no-pager --unit penstock; systemctl --no-block exit $code' EXIT
    steps
    exit
    ;;
esac

# ---- Outside

unit=$1 conf=$2 programs=$(realpath "$3") self=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
mkdir -p "$folder/etc/systemd/system" "$folder/etc/penstock" "$folder/log"
cp "$self" "$folder/etc/steps.sh"
cp "$conf" "$folder/etc/penstock/penstock.conf"
sed -i 's/^\[SERVICE\]/&\n    Stats_Interval   0.2/; s/^    region .*/&\n    endpoint         http:\/\/127.0.0.1:4567/' \
  "$folder/etc/penstock/penstock.conf"
sed -e 's#/usr/bin/penstock#/opt/penstock#; s/^WatchdogSec=.*/WatchdogSec=2/; s/^RestartSec=.*/RestartSec=0/' \
  -e 's#^\[Service\]#&\nStandardError=append:/log/penstock.log#' "$unit" >"$folder/etc/systemd/system/penstock.service"
printf '%s=%s\n' INPUT_STREAM in OUTPUT_STREAM out AWS_ACCESS_KEY_ID AKIDEXAMPLE AWS_SECRET_ACCESS_KEY \
  wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY >"$folder/etc/penstock/environment"
cat >"$folder/etc/systemd/system/test.service" <<'END'
[Unit]
DefaultDependencies=no
[Service]
Type=exec
StandardOutput=append:/log/steps.log
StandardError=append:/log/steps.log
ExecStart=/bin/bash /etc/steps.sh --steps
END
printf '%s\n' root:x:0:0::/root:/bin/sh penstock:x:990:990::/:/bin/false >"$folder/etc/passwd"
printf '%s\n' root:x:0: penstock:x:990: >"$folder/etc/group"
echo 0123456789abcdef0123456789abcdef >"$folder/etc/machine-id"

code=0
timeout --signal KILL ${LIMIT:-60} unshare --mount --pid --net --cgroup --fork --kill-child \
  bash "$self" --boot "$folder" "$programs" >"$folder/log/boot.log" 2>&1 || code=$?
[[ -s $folder/log/steps.log ]] || { echo "skipped: systemd does not boot in namespaces here"; cat "$folder/log/boot.log"; exit 77; }
if ((code != 0)); then cat "$folder/log/boot.log" "$folder/log/steps.log" "$folder/log/model.log" "$folder/log/penstock.log" || true; fi
exit "$code"
