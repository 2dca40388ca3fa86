/* SPDX-License-Identifier: MIT */
/*
 * The way home of remote frees (lib/tiny/remote.c, lib/tiny/slab.c), as a model for SPIN; remote.sh runs it.
 *
 * One descriptor: s. Two heaps, A and B, and NONE, which owns it while it is unused; lists by heap and class. Two threads
 * use A, and do under its lock whatever is due there; two others each free one block of A's slab, of class 0, remotely.
 * Whichever thread of A finds the slab empty takes it out of the heap and, after the lock, releases it. It is made anew:
 * with OTHER by B, of the same class, with SAME by A, of class 1. Two more threads free the blocks of the new one, while
 * the threads of A may still be anywhere.
 *
 * Shown, in every interleaving:
 *   - a block comes home at most once, and only under the lock of the heap that owns its slab
 *   - when all threads rest and one of the last owner's has looked at its list once more, every block is home
 *   - s is never in two lists at once: whoever announces it holds is_pending
 *
 * Macros, for negative checks: NO_SECOND_LOOK leaves out deliver_any()'s second look at owner and class, NO_CLASS the class
 * in it; NO_FORWARD the forward after making a slab; LATE_CLEAR clears is_pending after the look at the bits;
 * UNLOCKED_LEAVE has the owner change at the release, when the lock is given.
 */
#define NONE 0
#define A 1
#define B 2
#define LIST(h, sc) linked[(h) * 2 + (sc)]
#ifdef SAME
#define NEW A
#define NEW_CLASS 1
#else
#define NEW B
#define NEW_CLASS 0
#endif

byte owner = A;
bit pending_sc;
bit is_pending;
bit linked[6];       /* s is in that pending list: the whole of it, there being one descriptor */
byte remote;         /* bits: block 0, block 1 */
byte home;           /* bits: blocks back in the slab that is there now */
bit is_gone;         /* the first slab has left A's lists */
bit is_made_anew;    /* the second slab is listed */
bit is_locked[3];    /* the heaps' locks */
byte n_resting;      /* threads done */

inline lock(h)
{
	atomic { !is_locked[h] -> is_locked[h] = 1; }
}

inline unlock(h)
{
	is_locked[h] = 0;
}

/* deliver_any(): the caller holds is_pending, s is in no list. The push is one step, for with one descriptor the compare
 * and swap cannot fail for a reason that matters. */
inline deliver(to, sc)
{
	do
	:: true ->
		to = owner;
		sc = pending_sc;
		atomic {
			assert(is_pending);
			assert(!linked[0] && !linked[1] && !linked[2] && !linked[3] && !linked[4] && !linked[5]);
			LIST(to, sc) = 1;
		}
#ifdef NO_SECOND_LOOK
		break;
#else
		if
		:: owner != to -> skip;
#ifdef NO_CLASS
		:: owner == to -> break;
#else
		:: owner == to ->
			if
			:: pending_sc == sc -> break;
			:: pending_sc != sc -> skip;
			fi;
#endif
		fi;
		/* hak_remote_forward_any(to): what is still there is ours to deliver, again. */
		if
		:: atomic { LIST(to, 0) -> LIST(to, 0) = 0; }
		:: atomic { !LIST(to, 0) -> skip; }
			if
			:: atomic { LIST(to, 1) -> LIST(to, 1) = 0; }
			:: atomic { !LIST(to, 1) -> break; }
			fi;
		fi;
#endif
	od;
}

/* hak_remote_forward_any(from) */
inline forward(from, to, sc)
{
	if
	:: atomic { LIST(from, 0) -> LIST(from, 0) = 0; } deliver(to, sc);
	:: atomic { !LIST(from, 0) -> skip; }
	fi;
	if
	:: atomic { LIST(from, 1) -> LIST(from, 1) = 0; } deliver(to, sc);
	:: atomic { !LIST(from, 1) -> skip; }
	fi;
}

/* hak_remote_push_any() for one block, and hak_remote_announce_any(). */
inline free_remotely(bit_of_block, to, sc)
{
	atomic {
		assert(!(remote & bit_of_block)); /* a second free would be a verdict */
		remote = remote | bit_of_block;
	}
	if
	:: is_pending == 0 ->
		if
		:: atomic { is_pending == 0 -> is_pending = 1; } deliver(to, sc);
		:: atomic { is_pending == 1 -> skip; }
		fi;
	:: is_pending == 1 -> skip;
	fi;
}

/* collect_slab_locked() */
inline take_bits(me)
{
	if
	:: remote == 0 -> skip;
	:: atomic {
		remote != 0 ->
			assert(owner == me && is_locked[me]);
			assert(!(home & remote));
			home = home | remote;
			remote = 0;
	   }
	fi;
}

/* hak_remote_collect_class_locked() */
inline collect(me, class, to, sc)
{
	if
	:: atomic { LIST(me, class) -> LIST(me, class) = 0; }
		if
		:: owner == me ->
#ifdef LATE_CLEAR
			take_bits(me);
			is_pending = 0;
#else
			is_pending = 0;
			take_bits(me);
#endif
		:: owner != me -> deliver(to, sc);
		fi;
	:: atomic { !LIST(me, class) -> skip; }
	fi;
}

proctype freer(byte bit_of_block)
{
	byte to;
	bit sc;

	free_remotely(bit_of_block, to, sc);
	n_resting++;
}

/* Frees a block of the slab that is made anew, once there is one. */
proctype late_freer(byte bit_of_block)
{
	byte to;
	bit sc;

	is_made_anew;
	free_remotely(bit_of_block, to, sc);
	n_resting++;
}

/* release(), and hak_slab_make_any() by whoever finds the descriptor in the pool. */
inline make_anew(to, sc)
{
#ifdef UNLOCKED_LEAVE
	owner = NONE;
#endif
	if
	:: is_pending -> forward(A, to, sc);
	:: !is_pending -> skip;
	fi;
	/* The bitmaps start anew, and both blocks are handed out once it is listed. */
	atomic {
		assert(remote == 0);
		home = 0;
	}
	/* hak_slab_list_locked() */
	lock(NEW);
	pending_sc = NEW_CLASS;
	owner = NEW;
#ifndef NO_FORWARD
	if
	:: is_pending -> forward(NONE, to, sc);
	:: !is_pending -> skip;
	fi;
#endif
	is_made_anew = 1;
	unlock(NEW);
}

proctype thread_of_a()
{
	byte to;
	bit sc, is_mine;

	do
	:: is_gone -> break;
	:: !is_gone ->
		lock(A);
		collect(A, 0, to, sc);
		/* drop_locked() */
		if
		:: home == 3 && !is_gone ->
#ifndef UNLOCKED_LEAVE
			owner = NONE;
#endif
			is_gone = 1;
			is_mine = 1;
		:: else -> skip;
		fi;
		unlock(A);
	od;
	if
	:: is_mine -> make_anew(to, sc);
	:: !is_mine -> /* it comes by once more, whenever that is */
		lock(A);
		collect(A, 0, to, sc);
		unlock(A);
	fi;
	n_resting++;
}

/* All the rest is quiet: the new owner alone looks, once, for the class that it has. */
proctype last_look()
{
	byte to;
	bit sc;

	n_resting == 6;
	lock(NEW);
	collect(NEW, NEW_CLASS, to, sc);
	unlock(NEW);
	assert(home == 3);
	assert(remote == 0);
	assert(!is_pending || linked[0] || linked[1] || linked[2] || linked[3] || linked[4] || linked[5]);
}

init
{
	atomic {
		run freer(1);
		run freer(2);
		run late_freer(1);
		run late_freer(2);
		run thread_of_a();
		run thread_of_a();
		run last_look();
	}
}
