# Functions that the entrypoint and sql-gateway.sh share.

# The option for the archive of the classes that a process loads, which archive-classes.sh makes.
class_archive() {
  echo "${FLINK_ARCHIVE:--XX:SharedArchiveFile}=$FLINK_HOME/archive/$1.jsa"
}

# Prints the result of Flink's start-up tool: the effective configuration, or the JVM flags and memory options
# for a process size. Its log is shown only when it fails.
flink_utils() {
  local output
  if ! output=$(java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$(class_archive utils)" \
    -cp "$FLINK_HOME/bin/bash-java-utils.jar:$(echo "$FLINK_HOME"/lib/flink-dist-*.jar)" \
    org.apache.flink.runtime.util.bash.BashJavaUtils "$1" --configDir "$FLINK_HOME/conf" "${@:2}" 2>&1); then
    echo "$output" >&2
    return 1
  fi
  sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p' <<<"$output"
}

# Prints the value of an option in conf/config.yaml (one `key: value` per line), or nothing.
flink_option() {
  sed -n "s/^${1//./\\.}: //p" "$FLINK_HOME/conf/config.yaml" | sed -E "s/^(['\"])(.*)\1\$/\2/"
}

# The classpath, given jars beyond those of lib/. An archive of classes is valid only if the jars that it was made with come
# first: those that another image adds to lib/ are last.
classpath() {
  local own=$FLINK_HOME/archive/jars
  [[ -f $own ]] || ls "$FLINK_HOME"/lib/*.jar >"$own"
  { cat "$own"; (($# == 0)) || printf "%s\n" "$@"; ls "$FLINK_HOME"/lib/*.jar | grep -vxFf "$own" || true; } | paste -sd: -
}

# Replaces the shell by the Java process: run_flink COMPONENT MAIN-CLASS CLASSPATH ARGUMENTS…
run_flink() {
  local component=$1 main=$2 classpath=$3
  local options
  read -ra options <<<"${JVM_ARGS:-} $(flink_option env.java.opts.all) $(flink_option "env.java.opts.$component")"
  exec java "${options[@]}" "$(class_archive "$component")" \
    -Dlog.file="$FLINK_HOME/log/flink-$component.log" \
    -Dlog4j.configurationFile="file:$FLINK_HOME/conf/log4j-console.properties" \
    -cp "$classpath" "$main" "${@:4}"
}
