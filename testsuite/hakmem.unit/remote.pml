/* SPDX-License-Identifier: MIT */
/*
 * The way home of remote frees (lib/tiny/remote.c, lib/tiny/slab.c), as a model for SPIN; remote.sh runs it.
 *
 * One descriptor: s. Two heaps that own its slab in turn, A and B, and NONE, which owns it while it is unused. A slab
 * has two blocks. Two threads each free one block of A's slab, remotely; A collects. Meanwhile, with ADOPT, A ends
 * and B takes the slab over; without, A finds it empty and releases it, B makes it anew, and two more threads free
 * the blocks of the new one.
 *
 * Shown, in every interleaving:
 *   - a block comes home at most once, and only to the slab's owner (no double hand-over)
 *   - when all threads rest and the last owner has looked at its own list once more, every block is home (none lost)
 *   - s is never in two lists at once: whoever announces it holds is_pending
 *
 * Macros, for negative checks: NO_SECOND_LOOK leaves out deliver_any()'s second look at owner, NO_FORWARD the
 * forward after an adoption or after making a slab, LATE_CLEAR clears is_pending after the look at the bits,
 * NO_LEAVE the forward by which a release takes its descriptor out of the old owner's list.
 */
#define NONE 0
#define A 1
#define B 2

byte owner = A;
bit is_pending;
bit linked[3];       /* s is in pending of NONE, A, B: the whole of each list, there being one descriptor */
byte remote;         /* bits: block 0, block 1 */
byte home;           /* bits: blocks back in the slab that is there now */
bit is_made_anew;    /* the second slab stands */
byte n_resting;      /* threads done */

/* push_pending_any() and deliver_any(): the caller holds is_pending, s is in no list. The push is one step, for with
 * one descriptor the compare and swap cannot fail for a reason that matters. */
inline deliver(to)
{
	do
	:: true ->
		to = owner;
		atomic {
			assert(is_pending);
			assert(!linked[NONE] && !linked[A] && !linked[B]);
			linked[to] = 1;
		}
#ifdef NO_SECOND_LOOK
		break;
#else
		if
		:: owner == to -> break;
		:: else ->
			/* hak_remote_forward_any(to): what is still there is ours to deliver, again. */
			if
			:: atomic { linked[to] -> linked[to] = 0; }
			:: atomic { !linked[to] -> break; }
			fi;
		fi;
#endif
	od;
}

/* hak_remote_forward_any(from) */
inline forward(from, to)
{
	if
	:: atomic { linked[from] -> linked[from] = 0; } deliver(to);
	:: atomic { !linked[from] -> skip; }
	fi;
}

/* hak_remote_push_own() for one block, and hak_remote_announce_any(). */
inline free_remotely(bit_of_block, to)
{
	atomic {
		assert(!(remote & bit_of_block)); /* a second free would be a verdict */
		remote = remote | bit_of_block;
	}
	if
	:: is_pending == 0 ->
		if
		:: atomic { is_pending == 0 -> is_pending = 1; } deliver(to);
		:: atomic { is_pending == 1 -> skip; }
		fi;
	:: is_pending == 1 -> skip;
	fi;
}

/* collect_slab_own() */
inline take_bits(me)
{
	if
	:: remote == 0 -> skip;
	:: atomic {
		remote != 0 ->
			assert(owner == me);
			assert(!(home & remote));
			home = home | remote;
			remote = 0;
	   }
	fi;
}

/* hak_remote_collect_own() */
inline collect(me, to)
{
	if
	:: atomic { linked[me] -> linked[me] = 0; }
		if
		:: owner == me ->
#ifdef LATE_CLEAR
			take_bits(me);
			is_pending = 0;
#else
			is_pending = 0;
			take_bits(me);
#endif
		:: owner != me -> deliver(to);
		fi;
	:: atomic { !linked[me] -> skip; }
	fi;
}

proctype freer(byte bit_of_block)
{
	byte to;

	free_remotely(bit_of_block, to);
	n_resting++;
}

/* Frees a block of the slab that B makes, once there is one. */
proctype late_freer(byte bit_of_block)
{
	byte to;

	is_made_anew;
	free_remotely(bit_of_block, to);
	n_resting++;
}

proctype heap_a()
{
	byte to;

	collect(A, to);
#ifdef ADOPT
	collect(A, to);
	/* hak_slab_move_own(), by the thread that took A's heap from the pool; from here on it is B's. */
	owner = B;
#ifndef NO_FORWARD
	forward(A, to);
#endif
#else
	do
	:: home != 3 -> collect(A, to);
	:: home == 3 -> break;
	od;
	/* hak_slab_release_own() */
	owner = NONE;
#ifndef NO_LEAVE
	if
	:: is_pending -> forward(A, to);
	:: !is_pending -> skip;
	fi;
#endif
	/* hak_slab_make_own(), by B's thread: the bitmaps start anew, and both blocks are handed out. */
	atomic {
		assert(remote == 0);
		home = 0;
	}
	owner = B;
#ifndef NO_FORWARD
	if
	:: is_pending -> forward(NONE, to);
	:: !is_pending -> skip;
	fi;
#endif
	is_made_anew = 1;
#endif
	collect(B, to);
	n_resting++;

	/* All the rest is quiet: B alone looks, once; A's thread never comes back. */
#ifdef ADOPT
	n_resting == 3;
#else
	n_resting == 5;
#endif
	collect(B, to);
	assert(home == 3);
	assert(remote == 0);
	assert(!is_pending || linked[NONE] || linked[A] || linked[B]);
}

init
{
	atomic {
		run freer(1);
		run freer(2);
#ifndef ADOPT
		run late_freer(1);
		run late_freer(2);
#endif
		run heap_a();
	}
}
