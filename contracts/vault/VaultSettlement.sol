// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {IOptionVaultCore} from "../interfaces/IOptionVaultCore.sol";
import {Payoff} from "../libraries/MarginMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {SeriesSums} from "../libraries/SeriesSums.sol";
import {SettlementMath, SettlementShares} from "../libraries/SettlementMath.sol";
import {SeriesHold, SeriesLoan, StoredSeries} from "../types/VaultState.sol";
import {FundTerms} from "../types/VaultTypes.sol";
import {SideTerms, VaultKit} from "./VaultKit.sol";
import {VaultCore} from "./VaultCore.sol";

/// @title Settlement of expired series, redemption of longs, claims
abstract contract VaultSettlement is VaultCore {
    /// @dev What a batch has earned its caller in one token, so that a claim is written once and not for every position.
    struct Tally {
        uint256 side;
        IERC20 token;
        address fund;
        uint256 bountyOffered;
        uint256 earned;
    }

    /// @inheritdoc IOptionVaultCore
    function settle(uint256[] calldata positionIds) external nonReentrant returns (uint256 settledCount) {
        Tally memory tally;
        for (uint256 i = 0; i < positionIds.length; ++i) {
            if (_settle(positionIds[i], tally)) ++settledCount;
        }
        _credit(tally.token, msg.sender, tally.earned);
    }

    /// @inheritdoc IOptionVaultCore
    function redeem(uint256 seriesId, uint128 amountE8, address to) external nonReentrant returns (uint256 payout) {
        _requireReceiver(to);
        return _redeem(msg.sender, seriesId, amountE8, to);
    }

    /// @inheritdoc IOptionVaultCore
    function redeemFor(
        address holder,
        uint256 seriesId,
        uint128 amountE8
    ) external nonReentrant returns (uint256 payout) {
        bool mayAct = holder == msg.sender || holder.code.length == 0 || TOKEN.isOperator(holder, msg.sender);
        if (!mayAct) revert VaultHolderIsContract(holder);
        return _redeem(holder, seriesId, amountE8, holder);
    }

    /// @inheritdoc IOptionVaultCore
    function claim(address token, address to) external nonReentrant returns (uint256 amount) {
        _requireReceiver(to);
        amount = _state.claims[token][msg.sender];
        if (amount == 0) revert VaultNothingToClaim(token, msg.sender);
        _state.claims[token][msg.sender] = 0;
        emit Claimed(token, msg.sender, to, amount);
        _push(IERC20(token), to, amount);
    }

    function _settle(uint256 positionId, Tally memory tally) private returns (bool isSettled) {
        ShortPosition memory position = VaultKit.load(_state, positionId);
        if (position.sizeE8 == 0) return false;
        Series memory series = position.series;
        uint256 seriesId = SeriesId.encode(series);
        if (block.timestamp < series.expiry) revert VaultSeriesNotExpired(seriesId, series.expiry);
        StoredSeries storage stored = _state.series[seriesId];
        Payoff memory payoff = VaultKit.payoffAt(
            position,
            _settlementPrice(seriesId, series, stored, SETTLEMENT_ORACLE)
        );
        _turnTo(tally, series);
        SettlementShares memory shares = SettlementMath.sharesOf(
            payoff,
            position.sizeE8,
            position.collateral,
            tally.bountyOffered
        );
        uint256 left = _end(stored, position);
        // Checked additions: the width holds a million times the collateral that any one position may have.
        if (shares.owed != 0) {
            (stored.pot, stored.owed) = (stored.pot + uint128(shares.paid), stored.owed + uint128(shares.owed));
        }
        tally.earned += shares.bounty;
        emit PositionSettled(
            positionId,
            seriesId,
            uint128(shares.owed),
            uint128(shares.paid),
            uint128(shares.refund),
            uint128(shares.bounty)
        );
        // {PositionSettled} tells the credit already.
        if (shares.refund != 0) _state.claims[address(tally.token)][position.owner] += shares.refund;
        if (SeriesSums.countOf(left) == 0) _complete(seriesId, stored, tally);
        return true;
    }

    /// @dev Credits what was earned in the token before, and reads fund and bounty of the next. Batches mostly stay on one
    /// side of one market.
    function _turnTo(Tally memory tally, Series memory series) private {
        uint256 side = VaultKit.sideKey(series.marketId, series.isPut);
        if (tally.side == side) return;
        tally.side = side;
        IERC20 token = VaultKit.termsOf(_state, series).token;
        if (tally.token == token) return;
        _credit(tally.token, msg.sender, tally.earned);
        FundTerms memory terms = _state.funds[address(token)];
        (tally.token, tally.fund) = (token, terms.fund);
        (tally.bountyOffered, tally.earned) = (terms.settleBounty, 0);
    }

    /// @dev Fixes q for ever: afterwards neither `pot` nor `owed` changes.
    function _complete(uint256 seriesId, StoredSeries storage stored, Tally memory tally) private {
        uint256 missing = stored.owed - stored.pot;
        if (stored.hold != SeriesHold.NONE || (missing != 0 && tally.fund != address(0))) {
            stored.pot += uint128(_cover(seriesId, stored.hold, missing, tally));
        }
        stored.hold = SeriesHold.COMPLETE;
        emit SeriesCompleted(seriesId, stored.priceE8, stored.pot, stored.owed);
        if (stored.longsLeftE8 == 0) _sweepDust(seriesId, stored, tally.token);
    }

    /// @dev A fund is the DAO's choice, yet no answer of it may reach the money of others: it brings what it says it pays,
    /// and gets back no more than the rest of what it lent.
    function _cover(
        uint256 seriesId,
        SeriesHold hold,
        uint256 missing,
        Tally memory tally
    ) private returns (uint256 paid) {
        SeriesLoan memory loan = hold == SeriesHold.NONE ? SeriesLoan(tally.fund, 0) : _state.loans[seriesId];
        delete _state.loans[seriesId];
        uint256 before = tally.token.balanceOf(address(this));
        uint256 owedBack;
        (paid, owedBack) = IInsuranceFund(loan.fund).coverSeries(seriesId, missing);
        uint256 brought = loan.amount + tally.token.balanceOf(address(this)) - before;
        if (paid > missing || paid + owedBack > brought || owedBack > loan.amount) {
            revert VaultFundMisbehaved(loan.fund, paid, owedBack);
        }
        emit SeriesCovered(seriesId, loan.fund, paid, owedBack);
        _credit(tally.token, loan.fund, owedBack);
    }

    function _redeem(address holder, uint256 seriesId, uint256 amountE8, address to) private returns (uint256 payout) {
        StoredSeries storage stored = _state.series[seriesId];
        (uint256 priceE8, SeriesHold hold) = (stored.priceE8, stored.hold);
        if (priceE8 == 0) revert VaultSettlementPriceMissing(seriesId);
        if (hold < SeriesHold.LENT) {
            revert VaultSeriesIncomplete(seriesId, uint32(SeriesSums.countOf(stored.sums)));
        }
        Series memory series = SeriesId.decode(seriesId);
        SideTerms memory terms = VaultKit.termsOf(_state, series);
        Payoff memory payoff = VaultKit.payoffAt(series, priceE8, terms.decimals);
        (uint256 pot, uint256 owed) = (stored.pot, stored.owed);
        // While the fund's loan covers the worst that can be missing, q is 1: pot and owed are not complete yet.
        if (hold == SeriesHold.LENT) pot = owed;
        payout = SettlementMath.payoutDown(payoff, amountE8, pot, owed);
        emit Redeemed(seriesId, holder, to, amountE8, payout);
        // The vault's own token calls nobody back; burning first shows that the holder has what is booked below.
        TOKEN.burn(holder, seriesId, amountE8);
        if (payoff.intrinsicE8 != 0) _bookRedemption(seriesId, stored, terms.token, amountE8, payout);
        _push(terms.token, to, payout);
    }

    function _bookRedemption(
        uint256 seriesId,
        StoredSeries storage stored,
        IERC20 token,
        uint256 amountE8,
        uint256 payout
    ) private {
        // Longs of a series are capped at 64 bits, pot and loan together lie far below 120.
        uint64 left = uint64(stored.longsLeftE8 - amountE8);
        (stored.longsLeftE8, stored.paidOut) = (left, stored.paidOut + uint120(payout));
        if (left == 0 && stored.hold == SeriesHold.COMPLETE) _sweepDust(seriesId, stored, token);
    }

    /// @dev Nobody else has a claim on what rounding left once no long is left.
    function _sweepDust(uint256 seriesId, StoredSeries storage stored, IERC20 token) private {
        address fund = _state.funds[address(token)].fund;
        uint256 dust = stored.pot - stored.paidOut;
        if (dust == 0 || fund == address(0)) return;
        stored.paidOut += uint120(dust);
        emit DustSwept(seriesId, fund, dust);
        _credit(token, fund, dust);
    }
}
