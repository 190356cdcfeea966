// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ClassGrid, FundTerms, LiquidationSettings, Market, MarketCaps, MarketValves} from "../types/VaultTypes.sol";
import {IOptionVaultCoverLog} from "./IOptionVaultCover.sol";

/// @title Events and errors of the options vault
/// @notice The events carry absolute new values, so that all state can be rebuilt from them.
interface IOptionVaultLog is IOptionVaultCoverLog {
    /// @notice A market was added.
    event MarketAdded(uint24 indexed marketId, Market market);
    /// @notice New risk in a market was allowed or stopped, or its least collaterals changed.
    event MarketUpdated(uint24 indexed marketId, bool live, uint80 minBase, uint80 minQuote);
    /// @notice What new risk on one side of a market may add up to was set.
    event MarketCapsSet(uint24 indexed marketId, bool indexed isPut, MarketCaps caps);
    /// @notice The classes of a market's new positions were set.
    event ClassGridSet(uint24 indexed marketId, ClassGrid grid);
    /// @notice The settings of liquidations were set.
    event LiquidationSettingsSet(LiquidationSettings settings);

    /// @notice The limits on parameter-caused and on cautious liquidations of a market were set.
    event MarketValvesSet(uint24 indexed marketId, MarketValves valves);
    /// @notice Fund, share and settlement bounty of a collateral token were set.
    event FundSet(address indexed token, FundTerms terms);
    /// @notice Opening, minting more and withdrawing are paused until then.
    event NewRiskPaused(uint32 until);
    /// @notice Flags and liquidations are paused until then.
    event LiquidationsPaused(uint32 until);
    /// @notice Caution lasts until then.
    event CautionSet(uint32 until);
    /// @notice Whatever was paused ended at `nowSec`.
    event PausesLifted(uint32 nowSec);
    /// @notice Of a market's budget of parameter-caused liquidations so much is spent in this window.
    event EffectBudgetSpent(uint24 indexed marketId, uint256 spentE8, uint256 budgetE8);
    /// @notice An owner allowed or forbade an operator.
    event VaultOperatorSet(address indexed owner, address indexed operator, bool approved);
    /// @notice A position is offered to `to`; zero ends the offer.
    event PositionOffered(uint256 indexed positionId, address indexed owner, address indexed to);
    /// @notice A position has a new owner.
    event PositionTransferred(uint256 indexed positionId, address indexed from, address indexed to);
    /// @notice A position moved to another risk class.
    event PositionClassChanged(uint256 indexed positionId, uint16 classId);
    /// @notice A score of the position stood then; the mark lasts until its risk grows or its class changes. What the score is
    /// in between is for watchers to follow: after 20 hours a withdrawal may rely on one as low as it was then.
    event PositionScoreMarked(uint256 indexed positionId, uint40 since);
    /// @notice Shorts of `fromId` were taken over into `positionId`, which now has `newSizeE8` and `newCollateral`.
    event PositionTakenOver(
        uint256 indexed positionId,
        uint256 indexed fromId,
        address indexed liquidator,
        uint128 sizeE8,
        uint256 newSizeE8,
        uint256 newCollateral
    );
    /// @notice Whoever flagged a position was credited a bounty out of its collateral.
    event FlagBountyPaid(uint256 indexed positionId, address indexed flagger, uint256 bounty, uint256 collateral);

    /// @notice A position was opened; as many longs were minted to `to`.
    event PositionOpened(
        uint256 indexed positionId,
        address indexed owner,
        uint256 indexed seriesId,
        uint128 sizeE8,
        uint128 collateral,
        uint16 classId,
        address to
    );
    /// @notice The owner changed size or collateral; `sizeE8` 0 means closed.
    event PositionChanged(uint256 indexed positionId, uint128 sizeE8, uint128 collateral);
    /// @notice Somebody added collateral.
    event CollateralAdded(uint256 indexed positionId, address indexed payer, uint128 amount, uint128 collateral);
    /// @notice The position's auction began, at π/2 rising to `piBps`.
    event PositionFlagged(uint256 indexed positionId, address indexed flagger, uint16 piBps, int256 healthWad);
    /// @notice The position is healthy again; its auction ended.
    event PositionUnflagged(uint256 indexed positionId);
    /// @notice Shorts were closed against longs of the liquidator, or taken over by him. With `restSizeE8` 0 the position is gone and the rest
    /// of its collateral was credited to the owner.
    event PositionLiquidated(
        uint256 indexed positionId,
        address indexed liquidator,
        uint128 sizeE8,
        uint128 payout,
        uint128 fee,
        uint64 rateE8,
        uint128 restSizeE8,
        uint128 restCollateral
    );
    /// @notice A position was settled: `paid` went to the pot, `refund` was credited to the owner and `bounty` to the caller;
    /// `owed − paid` is missing.
    event PositionSettled(
        uint256 indexed positionId,
        uint256 indexed seriesId,
        uint128 owed,
        uint128 paid,
        uint128 refund,
        uint128 bounty
    );
    /// @notice The last position was settled: from now on the series pays pot/owed of its payoff.
    event SeriesCompleted(uint256 indexed seriesId, uint64 priceE8, uint128 pot, uint128 owed);
    /// @notice Longs were redeemed.
    event Redeemed(uint256 indexed seriesId, address indexed holder, address to, uint256 amountE8, uint256 payout);
    /// @notice An account may claim `amount` more of a token. Refunds of settlements are told by {PositionSettled} alone.
    event Credited(address indexed token, address indexed account, uint256 amount);
    /// @notice A claim was paid out.
    event Claimed(address indexed token, address indexed account, address to, uint256 amount);

    /// @notice No such market.
    error VaultMarketUnknown(uint24 marketId);
    /// @notice The market takes no new risk.
    error VaultMarketNotLive(uint24 marketId);
    /// @notice A market needs two different tokens with at most 18 decimals and positive least collaterals.
    error VaultMarketInvalid(address base, address quote);
    /// @notice Edges do not ascend.
    error VaultClassGridInvalid(uint24 marketId);
    /// @notice No class grid, or its cell is empty.
    error VaultClassUnset(uint24 marketId, uint256 cell);
    /// @notice A field of the settings is outside its limits.
    error VaultSettingsInvalid(LiquidationSettings settings);
    /// @notice The position never existed, is closed or settled.
    error VaultPositionInactive(uint256 positionId);
    /// @notice The position never existed.
    error VaultPositionUnknown(uint256 positionId);
    /// @notice Only the position's owner may do this.
    error VaultNotOwner(uint256 positionId, address caller);
    /// @notice A size or amount of zero, or beyond the limit.
    error VaultAmountInvalid(uint256 amount, uint256 limit);
    /// @notice The receiver may not be the zero address.
    error VaultReceiverZero();
    /// @notice The token delivered another amount than asked: fee-on-transfer tokens are refused.
    error VaultTokenReceivedMismatch(address token, uint256 received, uint256 expected);
    /// @notice The collateral is below what new risk of this size must meet.
    error VaultCollateralTooLow(uint256 collateral, uint256 required);
    /// @notice New risk is paused.
    error VaultNewRiskPaused(uint256 until);
    /// @notice Flags and liquidations are paused.
    error VaultLiquidationsPaused(uint256 until);
    /// @notice A pause of no or too great length.
    error VaultPauseTooLong(uint256 durationSec, uint256 limitSec);
    /// @notice The risk oracle's breaker gives no cause for caution.
    error VaultBreakerNormal();
    /// @notice Two pauses of liquidations began within a week.
    error VaultPausesUsedUp(uint256 freeAt);
    /// @notice Parameters alone have made the position liquidatable, and the window's budget for such is spent.
    error VaultEffectBudget(uint24 marketId, uint256 notionalE8, uint256 leftE8);
    /// @notice During caution the window's liquidations are used up for positions of this size.
    error VaultLiquidationLimit(uint24 marketId);
    /// @notice Valves need a window of 10 minutes to 7 days and a caution limit above zero.
    error VaultValvesInvalid(uint24 marketId, MarketValves valves);
    /// @notice A share above the limit, one without a fund, or a fund that covers another vault or another token.
    error VaultFundInvalid(address token, FundTerms terms);
    /// @notice An operator may send only to the owner.
    error VaultOperatorRedirects(uint256 positionId, address to);
    /// @notice A mark stands already.
    error VaultScoreMarked(uint256 positionId, uint40 since);
    /// @notice No score speaks for the position as it is: none, stale, held back, of before its risk grew or its class
    /// changed, or not of `classId`, the class at spot and tenor.
    error VaultScoreMissing(uint256 positionId, uint16 classId);
    /// @notice The position is not offered to the caller.
    error VaultNotOffered(uint256 positionId, address caller);
    /// @notice The position's class has not changed, or its moneyness is too near a bucket's edge.
    error VaultClassKept(uint256 positionId, uint16 classId);
    /// @notice The receiving position is another series' or the liquidated one.
    error VaultTakeOverTarget(uint256 positionId, uint256 intoId);
    /// @notice The liquidator would have to pay in more than he allowed.
    error VaultTopUpTooHigh(uint256 topUp, uint256 maxTopUp);
    /// @notice With this risk the series, or the position, would exceed a cap of its side of the market.
    error VaultCapExceeded(uint256 seriesId, MarketCaps caps);
    /// @notice The series has expired; only settlement touches its positions.
    error VaultSeriesExpired(uint256 seriesId, uint40 expiry);
    /// @notice The series has not expired.
    error VaultSeriesNotExpired(uint256 seriesId, uint40 expiry);
    /// @notice Health is at or above 1.
    error VaultPositionHealthy(uint256 positionId, int256 healthWad);
    /// @notice Health is below 1.
    error VaultPositionUnhealthy(uint256 positionId, int256 healthWad);
    /// @notice No equity beyond intrinsic value is left: the position stays in default until settlement.
    error VaultPositionInsolvent(uint256 positionId, int256 healthWad);
    /// @notice The position is flagged and its flag has not lapsed.
    error VaultAlreadyFlagged(uint256 positionId, uint40 flaggedAt);
    /// @notice The position is not flagged, or its flag has lapsed.
    error VaultNotFlagged(uint256 positionId, uint40 flaggedAt);
    /// @notice The cool-off after the owner's last increase of risk runs.
    error VaultCoolOff(uint256 positionId, uint256 until);
    /// @notice The rest would be below the least collateral: the whole position must be taken.
    error VaultLiquidationLeavesDust(uint256 positionId, uint256 restCollateral, uint256 minCollateral);
    /// @notice The liquidator would receive less than asked.
    error VaultPayoutTooLow(uint256 payout, uint256 minOut);
    /// @notice The settlement price has not been written.
    error VaultSettlementPriceMissing(uint256 seriesId);
    /// @notice Positions of the series are still to be settled.
    error VaultSeriesIncomplete(uint256 seriesId, uint32 unsettledCount);
    /// @notice A contract's longs are redeemed only by itself or its operators: it may not know what to do with the payout.
    error VaultHolderIsContract(address holder);
    /// @notice Nothing to claim.
    error VaultNothingToClaim(address token, address account);
}
