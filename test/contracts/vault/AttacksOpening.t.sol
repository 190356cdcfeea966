// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {TestToken} from "../../../contracts/local/TestToken.sol";
import {MarginMath} from "../../../contracts/libraries/MarginMath.sol";
import {SeriesId} from "../../../contracts/libraries/SeriesId.sol";
import {SilentToken} from "./HostileTokens.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Attacks 1–13: opening and margin
contract AttacksOpeningTest is VaultFixture {
    uint128 private constant PUT_MARGIN = 19_800e6;

    function _required(uint256 seriesId, uint128 sizeE8) private view returns (uint256 required) {
        (required, , ) = vault.requiredCollateral(seriesId, sizeE8);
    }

    function _removeReverts(uint256 id, uint128 amount) private {
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        vm.prank(writer);
        vault.removeCollateral(id, amount, writer);
    }

    function test_C01_NothingIsFreeWhenAProductRoundsToZero() external {
        vault.updateMarket(MARKET, true, 1, 1);
        uint256 tiny = vault.seriesIdOf(MARKET, 1, EXPIRY, true);
        assertEq(_required(tiny, 1), 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultAmountInvalid.selector);
        _open(tiny, 1, 0);
        _open(tiny, 1, 1);
        // 333 USD · 33 % · 10⁻⁸ is 1.0989 units.
        assertEq(_required(vault.seriesIdOf(MARKET, 333e8, EXPIRY, true), 1), 2);
        // The least collateral makes such positions pointless.
        vault.updateMarket(MARKET, true, MIN_BASE, MIN_QUOTE);
        assertEq(_required(tiny, 1), MIN_QUOTE);
    }

    function test_C02_TypeLimitsRevertInsteadOfWrapping() external {
        uint256 huge = vault.seriesIdOf(MARKET, type(uint64).max, EXPIRY, true);
        uint128 most = uint128(MarginMath.MAX_SIZE_E8);
        assertGt(_required(huge, most), uint256(most) * 1e6);
        vm.expectPartialRevert(IOptionVaultLog.VaultAmountInvalid.selector);
        _open(huge, most + 1, PUT_MARGIN);
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        _open(huge, most, PUT_MARGIN);
        vm.expectPartialRevert(IOptionVaultLog.VaultAmountInvalid.selector);
        _open(put, ONE, uint128(MarginMath.MAX_COLLATERAL) + 1);
    }

    function test_C03_RequirementHasNoStepAtTheMoney() external {
        uint256[3] memory required;
        for (uint256 i = 0; i < 3; ++i) {
            _setPrice(uint64(STRIKE - 1 + i));
            required[i] = _required(put, ONE);
        }
        assertApproxEqAbs(required[0], required[1], 1);
        assertApproxEqAbs(required[1], required[2], 1);
        assertEq(required[1], PUT_MARGIN);
    }

    function test_C04_ExtremePricesAreRefusedOrPricedNotWrapped() external {
        _setPrice(1);
        vm.expectPartialRevert(IPriceGuard.PriceImplausible.selector);
        _open(put, ONE, PUT_MARGIN);
        feed.push(int192(2 ** 63), uint64(block.timestamp));
        vm.expectPartialRevert(IPriceGuard.PriceImplausible.selector);
        _open(put, ONE, PUT_MARGIN);
        _setPrice(1e8);
        // I = 59 999, plus 33 % of 1.
        assertEq(_required(put, ONE), 59_999.33e6);
        _setPrice(10_000_000e8);
        assertEq(_required(call, ONE), 99_598_000);
    }

    function test_C05_DecimalsFromZeroToEighteen() external {
        uint8[5] memory decimals = [0, 2, 6, 8, 18];
        for (uint256 i = 0; i < 5; ++i) {
            TestToken token = new TestToken("T", "T", decimals[i], address(this));
            uint24 market = vault.addMarket(address(base), address(token), 1, 1);
            vault.setClassGrid(market, _grid());
            guard.setFeed(market, _feedConfig());
            uint256 series = vault.seriesIdOf(market, STRIKE, EXPIRY, true);
            assertEq(_required(series, ONE), 19_800 * 10 ** decimals[i]);
        }
        TestToken tooFine = new TestToken("T", "T", 27, address(this));
        vm.expectPartialRevert(IOptionVaultLog.VaultMarketInvalid.selector);
        vault.addMarket(address(base), address(tooFine), 1, 1);
    }

    function test_C06_HostileTokensAreRefusedOrHarmless() external {
        // Fee-on-transfer, re-entering and odd tokens have tests of their own in VaultTokens; here what answers falsely.
        SilentToken silent = new SilentToken();
        uint24 market = vault.addMarket(address(base), address(silent), 1, 1);
        vault.setClassGrid(market, _grid());
        guard.setFeed(market, _feedConfig());
        uint256 series = vault.seriesIdOf(market, STRIKE, EXPIRY, true);
        silent.set(SilentToken.Mode.NO_ANSWER);
        uint256 id = _open(series, ONE, PUT_MARGIN);
        silent.set(SilentToken.Mode.FALSE);
        vm.expectRevert();
        _open(series, ONE, PUT_MARGIN);
        silent.set(SilentToken.Mode.MOVES_NOTHING);
        vm.expectPartialRevert(IOptionVaultLog.VaultTokenReceivedMismatch.selector);
        _open(series, ONE, PUT_MARGIN);
        // A token that refuses the writer blocks his exits only: settlement credits, it does not send.
        silent.set(SilentToken.Mode.REVERTS);
        _expireAt(60_000e8);
        (uint80 roundId, , , , ) = feed.latestRoundData();
        settlement.settlePrice(market, EXPIRY, roundId);
        vault.settle(_ids(id));
        assertEq(vault.claimable(address(silent), writer), PUT_MARGIN);
    }

    function test_C07_ExpiriesOutsideGridAndTenorAreRefused() external {
        uint40[5] memory expiries = [
            EXPIRY - 14 days,
            uint40(START),
            EXPIRY + 1,
            EXPIRY + 174 days,
            uint40(START + 30 minutes)
        ];
        for (uint256 i = 0; i < 5; ++i) {
            uint256 series = vault.seriesIdOf(MARKET, STRIKE, expiries[i], true);
            vm.expectRevert();
            _open(series, ONE, PUT_MARGIN);
        }
        vm.warp(EXPIRY - 1 hours);
        _setPrice(SPOT);
        _open(put, ONE, PUT_MARGIN);
        vm.warp(EXPIRY - 1 hours + 1);
        vm.expectPartialRevert(SeriesId.SeriesTenorOutOfRange.selector);
        _open(put, ONE, PUT_MARGIN);
    }

    function test_C08_ADelistedMarketKeepsItsExits() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        vault.updateMarket(MARKET, false, MIN_BASE, MIN_QUOTE);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultMarketNotLive.selector, MARKET));
        _open(put, ONE, PUT_MARGIN);
        _giveLongs(writer, put, ONE / 2);
        vm.startPrank(writer);
        vault.addCollateral(id, 1);
        vault.close(id, ONE / 2, PUT_MARGIN / 2);
        vm.stopPrank();
        _expireAt(50_000e8);
        vault.settle(_ids(id));
        vm.prank(holder);
        assertEq(vault.redeem(put, ONE / 2, holder), 5_000e6);
    }

    function test_C09_ATickAfterOpeningAtTheRequirementLiquidatesNobody() external {
        uint256 id = _openAtRequirement(put, ONE);
        // β is a tenth of the buffer: the put keeps health 1 down to S = 40 200/0.7.
        _setPrice(SPOT - 1);
        assertGt(vault.healthOf(id), 1e18);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionHealthy.selector);
        vault.flag(id);
        _setPrice(57_000e8);
        vault.flag(id);
        vm.expectPartialRevert(IOptionVaultLog.VaultCoolOff.selector);
        vm.prank(holder);
        vault.liquidate(id, ONE, 0, "");
    }

    function test_C11_AFlaggedPositionCannotBeDrained() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        _setPrice(57_000e8);
        vault.flag(id);
        _removeReverts(id, 1);
        _giveLongs(writer, put, ONE / 2);
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        vm.prank(writer);
        vault.close(id, ONE / 2, PUT_MARGIN / 2 + 1);
    }

    function test_C12_PartialCloseWithdrawsExactlyTheClosedShareWithoutPrice() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        _giveLongs(writer, put, ONE);
        vm.warp(block.timestamp + 2 hours);
        vm.startPrank(writer);
        vm.expectPartialRevert(IPriceGuard.PriceStale.selector);
        vault.close(id, ONE / 4, PUT_MARGIN / 4 + 1);
        vault.close(id, ONE / 4, PUT_MARGIN / 4);
        vault.close(id, ONE / 4, PUT_MARGIN / 4 - 1);
        vm.stopPrank();
        assertEq(_collateralOf(id), PUT_MARGIN / 2 + 1);
    }

    function test_C13_NoDustIsLeftByAWithdrawal() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        _giveLongs(writer, put, ONE);
        vm.startPrank(writer);
        uint128 rest = MIN_QUOTE - 1;
        uint128 sizeE8 = ONE - 1;
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        vault.close(id, sizeE8, PUT_MARGIN - rest);
        vault.close(id, sizeE8, PUT_MARGIN - rest - 1);
        vm.stopPrank();
    }
}
