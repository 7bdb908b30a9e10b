/* SPDX-License-Identifier: ISC */
/*
 * long psd_clone3(const struct psd_clone_args *args, size_t size,
 *     int (*run)(void *), void *argument);
 *
 * The child comes back from the system call on an empty stack, so it must
 * not return; it needs nothing but run and argument, which wait in registers
 * that the kernel hands on to the child.
 *
 * long psd_syscall(long number, ...);
 *
 * See common/raw.h.
 */
#if defined(__x86_64__)

#define SYS_CLONE3	435
#define SYS_EXIT_GROUP	231

	.text
	.globl	psd_clone3
	.hidden	psd_clone3
	.type	psd_clone3, @function
	.balign	16
psd_clone3:
	.cfi_startproc
	endbr64
	movq	%rdx, %r8
	movq	%rcx, %r9
	movl	$SYS_CLONE3, %eax
	syscall
	testq	%rax, %rax
	jz	1f
	ret
1:
	.cfi_undefined rip
	xorl	%ebp, %ebp
	movq	%r9, %rdi
	call	*%r8
	movl	%eax, %edi
	movl	$SYS_EXIT_GROUP, %eax
	syscall
	hlt
	.cfi_endproc
	.size	psd_clone3, . - psd_clone3

	.globl	psd_syscall
	.hidden	psd_syscall
	.type	psd_syscall, @function
	.balign	16
psd_syscall:
	.cfi_startproc
	endbr64
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	movq	%r8, %r10
	movq	%r9, %r8
	movq	8(%rsp), %r9
	syscall
	ret
	.cfi_endproc
	.size	psd_syscall, . - psd_syscall

#if defined(__CET__)
	.section .note.gnu.property, "a"
	.balign	8
	.long	4, 16, 5
	.asciz	"GNU"
	.long	0xc0000002, 4, 3, 0
#endif

#elif defined(__aarch64__)

#define SYS_CLONE3	435
#define SYS_EXIT_GROUP	94

	.text
	.globl	psd_clone3
	.hidden	psd_clone3
	.type	psd_clone3, %function
	.balign	16
psd_clone3:
	.cfi_startproc
	hint	#34
	mov	x10, x2
	mov	x11, x3
	mov	x8, #SYS_CLONE3
	svc	#0
	cbz	x0, 1f
	ret
1:
	.cfi_undefined x30
	mov	x29, #0
	mov	x30, #0
	mov	x0, x11
	blr	x10
	mov	x8, #SYS_EXIT_GROUP
	svc	#0
	brk	#1
	.cfi_endproc
	.size	psd_clone3, . - psd_clone3

	.globl	psd_syscall
	.hidden	psd_syscall
	.type	psd_syscall, %function
	.balign	16
psd_syscall:
	.cfi_startproc
	hint	#34
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	mov	x5, x6
	svc	#0
	ret
	.cfi_endproc
	.size	psd_syscall, . - psd_syscall

#endif

	.section .note.GNU-stack, "", %progbits
