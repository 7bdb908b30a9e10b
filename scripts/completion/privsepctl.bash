# SPDX-License-Identifier: ISC
# Completion of privsepctl(1) for bash; to be installed as
# share/bash-completion/completions/privsepctl.

_privsepctl_services()
{
	local -a options=()
	local i

	for ((i = 1; i < ${#COMP_WORDS[@]} - 1; i++)); do
		if [[ ${COMP_WORDS[i]} == --runtime-dir ]]; then
			options+=(--runtime-dir "${COMP_WORDS[i + 1]}")
		fi
	done
	privsepctl "${options[@]}" status 2>/dev/null |
	    sed -n '/^SERVICE /,$ { /^SERVICE / d; / MISSING: / d; s/ .*//p; }'
}

_privsepctl_policies()
{
	compgen -f -X '!*.policy' -- "$1"
	compgen -d -- "$1"
}

_privsepctl()
{
	local commands='status check explain syscalls cat diff reload reexec stop run log learn metrics top'
	local operations='hello ping restrict log accept open stat read_directory readlink
	    unlink mkdir rmdir rename truncate set_times temporary_file
	    access realpath change_mode change_owner listen connect bind
	    packet_socket icmp_socket get_hostname read_sysctl write_sysctl
	    set_hostname adjust_clock set_clock resolve resolve_address
	    get_user get_group get_groups get_service get_protocol
	    connect_name join_multicast list_interfaces connect_unix
	    listen_unix bind_unix send_frame narrow phase clone call run
	    wait_program kill_program log_fields credential'
	local access='read write append create exclusive truncate'
	local levels='emerg alert crit err warning notice info debug'
	local word=${COMP_WORDS[COMP_CWORD]}
	local before=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' at=0 i

	COMPREPLY=()
	case $before in
	--service)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_privsepctl_services)" -- "$word")
		return
		;;
	--operation)
		mapfile -t COMPREPLY < <(compgen -W "$operations" -- "$word")
		return
		;;
	--verdict)
		mapfile -t COMPREPLY < <(
			compgen -W 'allowed refused' -- "$word")
		return
		;;
	--since | --instance | --delay | -n) return ;;
	--runtime-dir | --policy-dir)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	--output | --merge)
		mapfile -t COMPREPLY < <(_privsepctl_policies "$word")
		compopt -o filenames 2>/dev/null
		return
		;;
	--type)
		mapfile -t COMPREPLY < <(compgen -W 'filter inetd' -- "$word")
		return
		;;
	--policy)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_privsepctl_services)" -- "$word"
			_privsepctl_policies "$word")
		compopt -o filenames 2>/dev/null
		return
		;;
	esac

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--runtime-dir | --policy-dir | --phase | --policy | --since | \
		    --service | --instance | --operation | --verdict | --delay | -n | \
		    --output | --merge | --type)
			((i++))
			;;
		-*) ;;
		*)
			if [[ -z $command ]]; then
				command=${COMP_WORDS[i]}
			else
				((at++))
			fi
			;;
		esac
	done

	if [[ $word == -* ]]; then
		local known='--runtime-dir --policy-dir --json --help'
		case $command in
		'') known+=' --version' ;;
		check) known+=' --strict' ;;
		explain) known+=' --phase' ;;
		diff) known+=' --strict' ;;
		reload | reexec) known+=' --dry-run' ;;
		run) known+=' --policy --progress --trace' ;;
		metrics) known+=' --output' ;;
		top) known+=' --batch -n --delay' ;;
		log) known+=' -f --follow -n --since --service --instance
		    --operation --verdict' ;;
		learn) known+=' --output --merge --force --type' ;;
		esac
		mapfile -t COMPREPLY < <(compgen -W "$known" -- "$word")
		return
	fi

	case $command:$at in
	:*) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word") ;;
	check:*)
		mapfile -t COMPREPLY < <(_privsepctl_policies "$word")
		compopt -o filenames 2>/dev/null
		;;
	explain:0 | syscalls:0)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_privsepctl_services)" -- "$word"
			_privsepctl_policies "$word")
		compopt -o filenames 2>/dev/null
		;;
	run:0 | learn:0) mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
	run:* | learn:*)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null
		;;
	status:0 | cat:0 | stop:0)
		mapfile -t COMPREPLY < <(
			compgen -W "$(_privsepctl_services)" -- "$word")
		;;
	explain:1)
		mapfile -t COMPREPLY < <(compgen -W "$operations" -- "$word")
		;;
	explain:2)
		case $before in
		open | access) mapfile -t COMPREPLY < <(compgen -W "$access" -- "$word") ;;
		log) mapfile -t COMPREPLY < <(compgen -W "$levels" -- "$word") ;;
		stat | read_directory | readlink | realpath | unlink | mkdir | \
		    rmdir | rename | truncate | set_times | temporary_file)
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			compopt -o filenames 2>/dev/null
			;;
		esac
		;;
	explain:3)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		compopt -o filenames 2>/dev/null
		;;
	esac
}

complete -F _privsepctl privsepctl
