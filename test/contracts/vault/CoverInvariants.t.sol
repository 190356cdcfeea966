// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SeriesState} from "../../../contracts/types/VaultTypes.sol";
import {HandlerReport} from "../helpers/HandlerStats.sol";
import {CoverFixture} from "./CoverFixture.sol";
import {CoverHandler} from "./CoverHandler.t.sol";

/// @title Invariants 26 to 33 of a vault with a fund, under settlements and redemptions in any order
contract CoverInvariantsTest is CoverFixture {
    CoverHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new CoverHandler(
            CoverHandler.World(vault, fund, quote, feed, settlement, [writer, holder, liquidator], lp, EXPIRY)
        );
        _setBounty(address(quote), 3e6);
        feed.transferOwnership(address(handler));
        bytes4[] memory actions = new bytes4[](9);
        actions[0] = handler.open.selector;
        actions[1] = handler.settle.selector;
        actions[2] = handler.settleMany.selector;
        actions[3] = handler.redeem.selector;
        actions[4] = handler.openEarly.selector;
        actions[5] = handler.hold.selector;
        actions[6] = handler.donate.selector;
        actions[7] = handler.collect.selector;
        actions[8] = handler.deposit.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: actions}));
    }

    function invariant_26_SettlementPriceIsWrittenOnce() external view {
        assertFalse(handler.priceChanged());
    }

    /// @dev The sums follow from each position's own collateral, counted by the handler before each settlement.
    function invariant_27_CollateralOfAPositionIsPaidRefundedOrEarnedOnce() external view {
        uint256 left;
        for (uint256 id = 1; id <= vault.positionCount(); ++id) left += vault.describePosition(id).collateral;
        assertEq(handler.collateralIn(), left + handler.collateralSettled());
    }

    function invariant_28_PayoutsStayBelowPotAndLoanAndRatioIsFixed() external view {
        assertFalse(handler.ratioMoved());
        assertFalse(handler.payoutUnequal());
    }

    function invariant_29_LossIsBorneByCollateralFundAndHoldersOnly() external view {
        uint256 due = vault.claimable(address(quote), writer) + vault.claimable(address(quote), address(handler));
        due += vault.claimable(address(quote), address(fund));
        for (uint256 i = 0; i < handler.SERIES(); ++i) {
            SeriesState memory state = vault.seriesState(handler.seriesAt(i));
            due += state.collateral + state.potLeft;
        }
        assertEq(quote.balanceOf(address(vault)), due + handler.donated());
    }

    function invariant_30_EnoughCollateralEverywhereIsPaidInFull() external view {
        for (uint256 i = 0; i < handler.SERIES(); ++i) {
            uint256 seriesId = handler.seriesAt(i);
            SeriesState memory state = vault.seriesState(seriesId);
            if (state.unsettledCount != 0 || handler.hasShortfall(seriesId)) continue;
            assertEq(state.pot, state.owed);
            assertEq(uint256(fund.seriesCover(seriesId).loss), 0);
        }
    }

    function invariant_33_LossOfASeriesIsCapped() external view {
        assertFalse(handler.capBroken());
        assertLe(fund.reserved() + fund.receivable(), fund.totalAssets());
    }

    function afterInvariant() external {
        HandlerReport.add("CoverHandler", handler.tallies());
    }
}
